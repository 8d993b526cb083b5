import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { ClosedError, NotSupportedError } from '../errors/errors.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import { createPauses } from '../runtime/pauses.ts'
import type { PurgeLimits } from '../store/store.ts'

/** How long ended rows are kept, milliseconds; `Infinity`: indefinitely. */
export interface RetentionTimes {
  readonly revokedKeysMs: number
  readonly expiredKeysMs: number
  readonly deletedServiceAccountsMs: number
  readonly activityMs: number
  readonly usageMs: number
  readonly idempotencyMs: number
}

/** Removes what is older than the host wants to keep. */
export interface Retention {
  /** Purges in the background: a while after the start, then every few hours. Every process does; it costs little. */
  start(): void
  /**
   * Purges now, step by step, until nothing old is left. @throws {NotSupportedError} @throws {UnavailableError}
   * @throws {ClosedError} when it is stopped before
   */
  purge(): Promise<void>
  /** Ends a purge that runs, after its step. */
  stop(): void
}

/** What it is made of. */
export interface RetentionParts {
  /** Gets failures without a caller. Default: on `claviger:error` only. */
  readonly report?: ReportFault
  /** Bounds each step. All of them together have no bound. */
  readonly store: Pick<BoundedStore, 'purge'>
  readonly times: RetentionTimes
  readonly clock: Clock
  /** Gives numbers from 0 to 1, so that processes started together do not purge together. */
  readonly random: () => number
}

const everyMs = 6 * 3_600_000
// Between two steps the store is left to requests for as long as a step took, and for at least this long.
const leastPauseMs = 10
const longestPauseMs = 1_000
// A step may meet a busy moment: a purge of hours is not given up for it.
const mostFailures = 3

/** Makes the purger. */
export function createRetention({ store, times, clock, random, report = publishFault }: RetentionParts): Retention {
  let cancel = (): void => {}
  const state = { stopped: false }
  const pauses = createPauses(clock)

  const purge = async (): Promise<void> => {
    if (store.purge === undefined) throw new NotSupportedError('purge')
    const limits = purgeLimits(times, clock.now())
    let failures = 0
    for (let steps = 0; !state.stopped; steps += 1) {
      const startedAt = clock.monotonic()
      try {
        if ((await store.purge(limits)) !== 'more') return
        failures = 0
      } catch (error) {
        failures += 1
        if (steps === 0 || failures >= mostFailures) throw error
      }
      const took = clock.monotonic() - startedAt
      await pauses.pause(Math.min(longestPauseMs, Math.max(leastPauseMs, took)))
    }
    throw new ClosedError()
  }

  const plan = (): void => {
    if (state.stopped || store.purge === undefined) return
    cancel = clock.schedule(Math.round(everyMs * (0.5 + random() / 2)), () => {
      void purge()
        .catch((error: unknown) => {
          if (!state.stopped) report(error, 'purge')
        })
        .then(plan)
    })
  }

  return {
    start: plan,
    purge,
    stop() {
      state.stopped = true
      cancel()
      pauses.end()
    },
  }
}

/** What may go at an instant. Pure. */
export function purgeLimits(times: RetentionTimes, now: number): PurgeLimits {
  const before = (ageMs: number): number | undefined =>
    ageMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, now - ageMs)
  const limits: Record<keyof PurgeLimits, number | undefined> = {
    revokedKeysBefore: before(times.revokedKeysMs),
    expiredKeysBefore: before(times.expiredKeysMs),
    deletedServiceAccountsBefore: before(times.deletedServiceAccountsMs),
    activityBefore: before(times.activityMs),
    usageBefore: before(times.usageMs),
    idempotencyBefore: before(times.idempotencyMs),
  }
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}
