import { type CursorPosition, decodeCursor, encodeCursor, type ListPage, requireLimit } from '@claviger/core/store'

/** What a listing asks for besides its filters. */
interface PageRequest {
  readonly cursor?: string
  readonly limit: number
}

/** Cuts one page, newest first and ties by id, out of the rows that passed the filters. */
export function pageOf<Row extends { readonly id: string }>(
  rows: Iterable<Row>,
  instantOf: (row: Row) => number,
  { cursor, limit }: PageRequest,
): ListPage<Row> {
  requireLimit(limit)
  const position = (row: Row): CursorPosition => ({ at: instantOf(row), id: row.id })
  const after = cursor === undefined ? undefined : decodeCursor(cursor)
  const rest = [...rows]
    .filter((row) => after === undefined || compare(position(row), after) > 0)
    .sort((a, b) => compare(position(a), position(b)))
  const items = rest.slice(0, limit)
  const last = rest.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : encodeCursor(position(last)) }
}

function compare(a: CursorPosition, b: CursorPosition): number {
  return b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
