import { type CursorPosition, decodeCursor, encodeCursor, requireLimit } from './cursor.ts'
import { type DueQuery, isDue, pendingReminder, type Reminder, reminderPlaces } from './due.ts'
import type { ListPage } from './query.ts'
import type { KeyRecord } from './records.ts'

/** Which places of an index to read: those of a reminder behind a place, by instant and id, before an instant. */
export interface PlaceRange {
  readonly reminder: Reminder
  /** An empty id is before every other. */
  readonly after: CursorPosition
  /** Exclusive. */
  readonly before: number
  readonly count: number
}

/** A key that stands in the wrong place of an index. */
export interface PlaceMove {
  readonly id: string
  /** Where it was seen. */
  readonly from: number
  /** Where it belongs; null: not into this index. */
  readonly to: number | null
}

/** An index of `reminderPlaces`: keys stand where they were written last, and no use moves them. */
export interface DueIndex {
  /** The next places, in their order. Fewer than asked for: there are no more. */
  places(range: PlaceRange): Promise<readonly CursorPosition[]>
  /** As `find` of the store. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, KeyRecord | 'corrupt'>>
  /** Puts keys where they belong. One that does not stand where it was seen has moved meanwhile, and stays. */
  move(reminder: Reminder, moves: readonly PlaceMove[]): Promise<void>
}

const placesPerStep = 100
const mostSteps = 5
// Clocks of processes differ. What one of them took out of an index is not put back.
const surelyExpiredMs = 3_600_000

/**
 * Answers `due` from an index. It puts right what it finds in the wrong place: keys that were used since, that have
 * expired, that are gone, or that a process wrote which does not know of the index. What needs no reminder until it is
 * used again is looked at once in the time after which it counts as unused.
 *
 * @throws {ValidationError} for a limit outside 1 to 100, and for a cursor that no page gave
 */
export async function walkDue(query: DueQuery, index: DueIndex): Promise<ListPage<KeyRecord>> {
  requireLimit(query.limit)
  const { reminder, before, limit } = query
  // What was used since may stand anywhere before.
  const start = { at: reminder === 'unused' ? 0 : query.since, id: '' }
  const count = reminder === 'unused' ? placesPerStep : limit + 1
  let after = query.cursor === undefined ? start : decodeCursor(query.cursor)
  const found: { readonly record: KeyRecord; readonly place: CursorPosition }[] = []
  for (let step = 0; step < mostSteps; step += 1) {
    const places = await index.places({ reminder, after, before, count })
    const records = await index.find(places.map(({ id }) => id))
    const moves = movesOf(places, records, query)
    if (moves.length > 0) await index.move(reminder, moves)
    const comesAgain = new Set(moves.flatMap(({ id, from, to }) => (to !== null && to > from ? [id] : [])))
    for (const place of places) {
      if (found.length === limit) return pageOf(found, found.at(-1)?.place)
      after = place
      const record = records.get(place.id)
      if (record === undefined || record === 'corrupt' || comesAgain.has(place.id) || !isDue(record, query)) continue
      found.push({ record, place })
    }
    if (places.length < count) return pageOf(found, undefined)
  }
  return pageOf(found, after)
}

function movesOf(
  places: readonly CursorPosition[],
  records: ReadonlyMap<string, KeyRecord | 'corrupt'>,
  query: DueQuery,
): readonly PlaceMove[] {
  return places.flatMap(({ id, at: from }) => {
    const to = placeOf(records.get(id), from, query)
    return to === from ? [] : [{ id, from, to }]
  })
}

/** Where a key belongs that was found at a place. */
function placeOf(record: KeyRecord | 'corrupt' | undefined, from: number, query: DueQuery): number | null {
  const { reminder, at, since } = query
  if (record === undefined) return null
  if (record === 'corrupt') return reminder === 'unused' ? Math.max(from, at) : from
  if (record.expiresAt !== null && record.expiresAt <= at - surelyExpiredMs) return null
  const place = reminderPlaces(record)[reminder]
  if (reminder !== 'unused' || place === null) return place
  const pending = pendingReminder(record, 'unused')
  const isNews = pending !== null && pending >= since
  return Math.max(from, isNews ? pending : at)
}

function pageOf(
  found: readonly { readonly record: KeyRecord }[],
  last: CursorPosition | undefined,
): ListPage<KeyRecord> {
  return { items: found.map(({ record }) => record), nextCursor: last === undefined ? null : encodeCursor(last) }
}
