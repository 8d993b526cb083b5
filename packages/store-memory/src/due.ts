import {
  type CursorPosition,
  decodeCursor,
  decodeKeyRecord,
  type DueQuery,
  encodeCursor,
  isDue,
  type KeyRecord,
  type ListPage,
  pendingReminder,
  requireLimit,
} from '@claviger/core/store'
import type { Table } from './table.ts'

/** Lists keys whose reminder was not sent, the oldest cause first; the page holds copies. Looks at every key. */
export function dueKeys(keys: Table<KeyRecord>, query: DueQuery): ListPage<KeyRecord> {
  requireLimit(query.limit)
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  // Sorted, and one more than a page holds: many keys may be due at once, and are not put in order for each page.
  const first: { readonly place: CursorPosition; readonly record: KeyRecord }[] = []
  for (const record of keys.all()) {
    if (!isDue(record, query)) continue
    const place = { at: pendingReminder(record, query.reminder) ?? 0, id: record.id }
    if (after !== undefined && compare(place, after) <= 0) continue
    const index = first.findLastIndex((one) => compare(one.place, place) < 0) + 1
    if (index > query.limit) continue
    first.splice(index, 0, { place, record })
    if (first.length > query.limit + 1) first.pop()
  }
  const page = first.slice(0, query.limit)
  const last = first.length > query.limit ? page.at(-1) : undefined
  return {
    items: page.map(({ record }) => decodeKeyRecord(record)),
    nextCursor: last === undefined ? null : encodeCursor(last.place),
  }
}

function compare(a: CursorPosition, b: CursorPosition): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
