import {
  type CursorPosition,
  decodeCursor,
  encodeCursor,
  type ListPage,
  monotonicMs,
  requireLimit,
} from '@claviger/core/store'

/** What a listing asks for besides its filters. */
interface PageRequest {
  readonly cursor?: string
  readonly limit: number
}

/** A row with its cursor; the item is undefined when it does not belong in the listing. */
export interface Row<Item> {
  readonly position: CursorPosition
  readonly item: Item | undefined
}

/** Gives the next rows behind a position, in order; fewer than asked for means that there are no more. */
export type ReadRows<Item> = (after: CursorPosition | undefined, count: number) => Promise<readonly Row<Item>[]>

const batchSize = 250
// A filter that matches next to nothing must not read a whole workspace in one call: the page ends early, with a cursor.
const maxScanned = 5_000
const maxMs = 60

/** Reads the limit and the cursor of a request, or throws `ValidationError`. */
export function pageStart({ cursor, limit }: PageRequest): CursorPosition | undefined {
  requireLimit(limit)
  return cursor === undefined ? undefined : decodeCursor(cursor)
}

/** Fills one page from rows in order. A page that filters empty may hold fewer items than asked for, and a cursor. */
export async function scanPage<Item>(request: PageRequest, read: ReadRows<Item>): Promise<ListPage<Item>> {
  let after = pageStart(request)
  const found: { item: Item; position: CursorPosition }[] = []
  const startedAt = monotonicMs()
  let count = request.limit + 1
  for (let scanned = 0; scanned < maxScanned; scanned += batchSize) {
    const rows = await read(after, count)
    for (const { item, position } of rows) {
      after = position
      if (item !== undefined) found.push({ item, position })
      if (found.length > request.limit) return pageOf(found.slice(0, -1), found.at(-2)?.position)
    }
    if (rows.length < count) return pageOf(found, undefined)
    if (monotonicMs() - startedAt >= maxMs) break
    count = batchSize
  }
  return pageOf(found, after)
}

function pageOf<Item>(found: readonly { item: Item }[], last: CursorPosition | undefined): ListPage<Item> {
  return { items: found.map(({ item }) => item), nextCursor: last === undefined ? null : encodeCursor(last) }
}
