import { type CursorPosition, encodeCursor, type ListPage, monotonicMs } from '@claviger/core/store'
import { nextTurn } from '../next-turn.ts'
import type { PagePlan } from './page.ts'

/** A row with its place in the listing; the item is undefined where it does not answer the query. */
export interface WalkedRow<Item> {
  readonly position: CursorPosition
  readonly item: Item | undefined
}

/** Gives the next rows behind a position, in order; fewer than asked for means that there are no more. */
export type ReadRows<Item> = (after: CursorPosition | undefined, count: number) => Promise<readonly WalkedRow<Item>[]>

// Statements are short, the first ones shorter: most listings find a page at once.
const counts = [250, 1_000, 2_000] as const
// One call looks at this many rows, for this long. Then the page ends early, with a cursor.
const mostRows = 10_000
const mostMs = 60

/** Fills one page from rows in order, looking at a bounded number of them. */
export async function walkPage<Item>(plan: PagePlan, read: ReadRows<Item>): Promise<ListPage<Item>> {
  const found: { readonly item: Item; readonly position: CursorPosition }[] = []
  const startedAt = monotonicMs()
  let { after } = plan
  let count = plan.fetch
  for (let step = 0, walked = 0; ; step += 1) {
    const rows = await read(after, count)
    for (const { item, position } of rows) {
      after = position
      if (item !== undefined) found.push({ item, position })
      if (found.length > plan.limit) return pageOf(found.slice(0, -1), found.at(-2)?.position)
    }
    if (rows.length < count) return pageOf(found, undefined)
    walked += rows.length
    if (walked >= mostRows || monotonicMs() - startedAt >= mostMs) return pageOf(found, after)
    count = counts[Math.min(step, counts.length - 1)] ?? plan.fetch
    await nextTurn()
  }
}

function pageOf<Item>(found: readonly { readonly item: Item }[], last: CursorPosition | undefined): ListPage<Item> {
  return { items: found.map(({ item }) => item), nextCursor: last === undefined ? null : encodeCursor(last) }
}
