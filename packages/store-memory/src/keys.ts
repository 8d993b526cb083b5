import { decodeKeyRecord, type KeyQuery, type KeyRecord, type ListPage, matchesQuery } from '@claviger/core/store'
import type { Table } from './table.ts'
import { walk } from './walk.ts'

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
export function listKeys(keys: Pick<Table<KeyRecord>, 'newestFirst'>, query: KeyQuery): ListPage<KeyRecord> {
  const { items, nextCursor } = walk(
    (after) => keys.newestFirst(query.workspaceId, after),
    (record) => matchesQuery(record, query),
    query,
  )
  return { items: items.map(decodeKeyRecord), nextCursor }
}
