import { decodeKeyRecord, type KeyQuery, type KeyRecord, type ListPage, matchesQuery } from '@claviger/core/store'
import { pageOf } from './page.ts'
import type { Table } from './table.ts'

/** Reads keys by id; the answer holds copies. */
export function findKeys(keys: Table<KeyRecord>, ids: readonly string[]): ReadonlyMap<string, KeyRecord> {
  const found = new Map<string, KeyRecord>()
  for (const id of ids) {
    const record = keys.get(id)
    if (record !== undefined) found.set(id, decodeKeyRecord(record))
  }
  return found
}

/** Lists keys of one workspace; the page holds copies. */
export function listKeys(keys: Table<KeyRecord>, query: KeyQuery): ListPage<KeyRecord> {
  const matching = [...keys.inWorkspace(query.workspaceId)].filter((record) => matchesQuery(record, query))
  const { items, nextCursor } = pageOf(matching, (record) => record.createdAt, query)
  return { items: items.map(decodeKeyRecord), nextCursor }
}
