import {
  type CursorPosition,
  decodeCursor,
  encodeCursor,
  type ListPage,
  mapInTurns,
  requireLimit,
} from '@claviger/core/store'
import { integer } from '../database/values.ts'

/** What a listing asks for besides its filters. */
interface PageRequest {
  readonly cursor?: string
  readonly limit: number
}

/** The columns every listing is ordered by: newest first, ties by id. */
interface Ordered {
  readonly id: string
  readonly created_at: unknown
}

/** A checked request. */
export interface PagePlan {
  readonly limit: number
  /** One more than a page holds tells whether there is another. */
  readonly fetch: number
  readonly after: CursorPosition | undefined
}

/** @throws {ValidationError} for a limit outside 1 to 100, or a cursor no listing gave out */
export function planPage({ cursor, limit }: PageRequest): PagePlan {
  requireLimit(limit)
  return { limit, fetch: limit + 1, after: cursor === undefined ? undefined : decodeCursor(cursor) }
}

/** Cuts the page out of the fetched rows. Rows that cannot be read are left out; the cursor goes on behind them. */
export async function pageOf<Row extends Ordered, Item>(
  rows: readonly Row[],
  { limit }: PagePlan,
  read: (row: Row) => Item | 'corrupt',
): Promise<ListPage<Item>> {
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    items: (await mapInTurns(page, read)).filter((item) => item !== 'corrupt') as Item[],
    nextCursor: last === undefined ? null : encodeCursor({ at: integer(last.created_at), id: last.id }),
  }
}
