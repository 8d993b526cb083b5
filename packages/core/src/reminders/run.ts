import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { NotSupportedError } from '../errors/errors.ts'
import type { KeyPolicy } from '../keys/shapes/policy.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Pauses } from '../runtime/pauses.ts'
import { soon } from '../runtime/timers.ts'
import { type DueQuery, type Reminder, reminders } from '../store/due.ts'
import type { KeyRecord } from '../store/records.ts'
import type { Outcome } from './deliver.ts'
import { dueRange, type ReminderTimes } from './reminder-times.ts'

/** What a run did. */
export interface RemindResult {
  /** Reminders that were delivered; of a dry run, that are due. */
  readonly sent: number
  /** Reminders whose delivery failed. The next run tries again. */
  readonly failed: number
  /** False when 100 deliveries failed one after the other: the rest was not tried, and waits for the next run. */
  readonly isComplete: boolean
}

/** What a run is made of. */
export interface RunParts {
  readonly store: Pick<BoundedStore, 'due'>
  readonly times: ReminderTimes
  readonly policy: KeyPolicy
  readonly clock: Clock
  readonly pauses: Pauses
  /** Throws when the run has to end. */
  readonly requireRunning: () => void
  /** Delivers one reminder. */
  readonly deliver: (reminder: Reminder, record: KeyRecord) => Promise<Outcome>
}

// Keys are read so many at a time, and so many reminders are on their way at once. Between two pages the store is left to
// requests for as long as a page took.
const keysPerPage = 50
const atOnce = 4
const leastPauseMs = 10
const longestPauseMs = 1_000
// What fails for so many keys one after the other fails for all.
const mostFailures = 100

/**
 * Delivers what is due, the most urgent first, page by page.
 *
 * @throws {NotSupportedError} when the store cannot tell what is due
 * @throws {UnavailableError} when the store fails
 * @throws {ClosedError} when it is stopped before
 */
export async function runReminders(parts: RunParts): Promise<RemindResult> {
  const { store, times, policy, clock, pauses, requireRunning, deliver } = parts
  const { due } = store
  if (due === undefined) throw new NotSupportedError('due')
  const total = { sent: 0, failed: 0 }
  let failedInARow = 0
  const isHopeless = (): boolean => failedInARow >= mostFailures

  const one = async (reminder: Reminder, record: KeyRecord): Promise<void> => {
    if (isHopeless()) return
    requireRunning()
    const outcome = await deliver(reminder, record)
    if (outcome === 'skipped') return
    total[outcome] += 1
    failedInARow = outcome === 'failed' ? failedInARow + 1 : 0
  }

  const page = async (query: DueQuery): Promise<string | null> => {
    const startedAt = clock.monotonic()
    const { items, nextCursor } = await due(query)
    await inLanes(items, (record) => one(query.reminder, record))
    const took = clock.monotonic() - startedAt
    if (nextCursor !== null && !isHopeless()) await pauses.pause(Math.min(longestPauseMs, Math.max(leastPauseMs, took)))
    return nextCursor
  }

  const all = async (query: DueQuery): Promise<void> => {
    for (let cursor: string | null = await page(query); cursor !== null && !isHopeless(); ) {
      requireRunning()
      cursor = await page({ ...query, cursor })
    }
  }

  for (const reminder of reminders) {
    requireRunning()
    const range = dueRange(reminder, times, policy, clock.now())
    if (range !== undefined && !isHopeless()) await all({ reminder, ...range, limit: keysPerPage })
  }
  return { ...total, isComplete: !isHopeless() }
}

/**
 * Some at once, and no one waits for a slow one but those in its lane. The first error ends all lanes. Requests have a turn
 * after each: a store that answers at once would keep them waiting for the whole page.
 */
async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values()
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      await work(item)
      await new Promise<void>(soon)
    }
  }
  const lanes = Array.from({ length: atOnce }, lane)
  await Promise.allSettled(lanes)
  await Promise.all(lanes)
}
