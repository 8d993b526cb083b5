import { type CursorPosition, encodeCursor } from './cursor.ts'
import { type DueQuery, isDue, pendingReminder } from './due.ts'
import type { ListPage } from './query.ts'
import type { KeyRecord } from './records.ts'

/** A key where an index of last uses has it. */
export interface UnusedRow {
  readonly id: string
  /** Where it stands in the index: not later than its last use. */
  readonly at: number
  /** Undefined where it cannot be read. */
  readonly record: KeyRecord | undefined
}

/** An index of last uses that no use moves: keys stand where they were written, or moved, last. */
export interface UnusedIndex {
  /** The next rows behind a place, by instant and id, before the query's end. Fewer than asked for: there are no more. */
  read(after: CursorPosition | undefined, count: number): Promise<readonly UnusedRow[]>
  /** Puts rows where they belong; one that has moved meanwhile stays. */
  move(rows: readonly (UnusedRow & { readonly to: number })[]): Promise<void>
}

const rowsPerStep = 100
const mostSteps = 5

/**
 * Answers `due` for unused keys from an index that uses do not move, so that counting them costs nothing more. What was
 * used since is moved to where it belongs: a key in use is looked at once in the time after which it counts as unused.
 */
export async function walkUnused(
  query: DueQuery,
  start: CursorPosition | undefined,
  { read, move }: UnusedIndex,
): Promise<ListPage<KeyRecord>> {
  let after = start
  const found: { readonly record: KeyRecord; readonly at: CursorPosition }[] = []
  for (let step = 0; step < mostSteps; step += 1) {
    const rows = await read(after, rowsPerStep)
    const misplaced = rows.flatMap((row) => {
      const to = placeOf(row, query)
      return to === undefined || to <= row.at ? [] : [{ ...row, to }]
    })
    if (misplaced.length > 0) await move(misplaced)
    const moved = new Set(misplaced.map(({ id }) => id))
    for (const { id, at, record } of rows) {
      if (found.length === query.limit) return pageOf(found, found.at(-1)?.at)
      after = { at, id }
      if (record !== undefined && !moved.has(id) && isDue(record, query)) found.push({ record, at: after })
    }
    if (rows.length < rowsPerStep) return pageOf(found, undefined)
  }
  return pageOf(found, after)
}

/** Where a row belongs; undefined where it stands right. What needs no reminder is looked at again later. */
function placeOf({ at, record }: UnusedRow, { before, since }: DueQuery): number | undefined {
  if (record === undefined) return before
  const pending = pendingReminder(record, 'unused')
  if (pending === null || pending < since) return before
  return pending === at ? undefined : pending
}

function pageOf(
  found: readonly { readonly record: KeyRecord }[],
  last: CursorPosition | undefined,
): ListPage<KeyRecord> {
  return { items: found.map(({ record }) => record), nextCursor: last === undefined ? null : encodeCursor(last) }
}
