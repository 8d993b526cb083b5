import { type CursorPosition, decodeCursor, encodeCursor, type ListPage, requireLimit } from '@claviger/core/store'
import { positionOf } from './table.ts'

/** What a listing asks for besides its filters. */
interface PageRequest {
  readonly cursor?: string
  readonly limit: number
}

// A filter that matches next to nothing must not read a whole workspace in one call: the page ends early, with a cursor.
const mostLooked = 5_000

/** Cuts one page out of rows in the order of the listing: as many as fit, or fewer with a cursor after a bounded look. */
export function walk<Row extends { readonly id: string; readonly createdAt: number }>(
  rowsBehind: (after: CursorPosition | undefined) => Iterable<Row>,
  matches: (row: Row) => boolean,
  { cursor, limit }: PageRequest,
): ListPage<Row> {
  requireLimit(limit)
  const items: Row[] = []
  let looked = 0
  let last: Row | undefined
  for (const row of rowsBehind(cursor === undefined ? undefined : decodeCursor(cursor))) {
    const isMatch = matches(row)
    if (last !== undefined && ((isMatch && items.length === limit) || looked === mostLooked)) {
      return { items, nextCursor: encodeCursor(positionOf(last)) }
    }
    if (isMatch) items.push(row)
    if (isMatch || items.length < limit) last = row
    looked += 1
  }
  return { items, nextCursor: null }
}
