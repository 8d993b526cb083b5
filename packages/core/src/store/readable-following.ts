import { UnavailableError } from '../errors/errors.ts'
import { isObject } from '../input/plain-fields.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { type DueQuery, isDue } from './due.ts'
import type { ActivityAfter, FollowerAnswer, FollowerClaim, PlacedActivity } from './follower.ts'
import { readableKey } from './readable.ts'
import type { Activity, KeyRecord } from './records.ts'

/** A key that a store gave as due: nothing, where it cannot be read or is not due. */
export function dueKey(stored: unknown, query: DueQuery): readonly KeyRecord[] {
  const id = isObject(stored) && typeof stored['id'] === 'string' ? stored['id'] : ''
  const record = readableKey(id, stored)
  return record !== null && record !== 'corrupt' && isDue(record, query) ? [record] : []
}

/**
 * What a store gave of the log. A line that cannot be read is left out, so that its position is missing.
 *
 * @throws {UnavailableError} for an answer whose positions make no sense: a follower would lose its place
 */
export function readableLines(answer: ActivityAfter | undefined, position: number, limit: number): ActivityAfter {
  const { items, through, last } = answer ?? { items: [], through: -1, last: -1 }
  let before = position
  const isSound =
    Number.isSafeInteger(last) &&
    last >= 0 &&
    // The page ends behind the place, or there is nothing behind it.
    Number.isSafeInteger(through) &&
    (through === last || (through > position && through < last)) &&
    items.length <= limit &&
    items.every((item) => {
      const isNext = Number.isSafeInteger(item.position) && item.position > before && item.position <= through
      before = item.position
      return isNext
    })
  if (!isSound) throw new UnavailableError('store', 'The store gave lines of the log out of order.')
  return { items: items.flatMap(readableLine), through, last }
}

function readableLine({ position, entry }: PlacedActivity): readonly PlacedActivity[] {
  const line: unknown = entry
  if (isObject(line) && isObject(line['actor']) && isObject(line['target']) && isText(line['id'])) {
    if (isText(line['workspaceId']) && Number.isSafeInteger(line['at'])) {
      return [{ position, entry: line as unknown as Activity }]
    }
  }
  publish(channels.corrupt, () => ({ field: 'activity' }))
  return []
}

/** @throws {UnavailableError} for an answer that makes no sense */
export function readableAnswer(answer: FollowerAnswer | undefined, { holder }: FollowerClaim): FollowerAnswer {
  const isSound =
    answer !== undefined &&
    typeof answer.isHeld === 'boolean' &&
    (!answer.isHeld || answer.holder === holder) &&
    (answer.position === null || (Number.isSafeInteger(answer.position) && answer.position >= 0))
  if (isSound) return answer
  throw new UnavailableError('store', 'The store gave a follower that cannot be read.')
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
