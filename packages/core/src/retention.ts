import type { Clock } from './clock.ts'
import { channels, publish } from './diagnostics.ts'
import { NotSupportedError } from './errors.ts'
import type { KeyStore, PurgeLimits } from './store/store.ts'
import { within } from './verify/within.ts'

/** For how long ended rows are kept, milliseconds; `Infinity` for ever. */
export interface RetentionTimes {
  readonly revokedKeysMs: number
  readonly deletedServiceAccountsMs: number
  readonly activityMs: number
  readonly usageMs: number
  readonly idempotencyMs: number
}

/** Removes what is older than the host wants to keep. */
export interface Retention {
  /** Purges in the background: a while after the start, then every few hours. Every process does; it costs little. */
  start(): void
  /** Purges now. @throws {NotSupportedError} @throws {UnavailableError} */
  purge(): Promise<void>
  stop(): void
}

const everyMs = 6 * 3_600_000
// Old rows may be many, and nobody waits for this.
const timeoutMs = 60_000

/** Makes the purger. `random` gives numbers from 0 to 1, so that processes started together do not purge together. */
export function createRetention(store: KeyStore, times: RetentionTimes, clock: Clock, random: () => number): Retention {
  let cancel = (): void => {}
  let stopped = false

  const purge = async (): Promise<void> => {
    if (store.purge === undefined) throw new NotSupportedError('purge')
    const limits = purgeLimits(times, clock.now())
    await within(clock, timeoutMs, 'store', async () => store.purge?.(limits))
  }

  const plan = (): void => {
    if (stopped || store.purge === undefined) return
    cancel = clock.schedule(Math.round(everyMs * (0.5 + random() / 2)), () => {
      purge().catch((error: unknown) => publish(channels.error, () => ({ error, during: 'purge' })))
      plan()
    })
  }

  return {
    start: plan,
    purge,
    stop() {
      stopped = true
      cancel()
    },
  }
}

/** What may go at an instant. Pure. */
export function purgeLimits(times: RetentionTimes, now: number): PurgeLimits {
  const before = (ageMs: number): number | undefined =>
    ageMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, now - ageMs)
  const limits: Record<keyof PurgeLimits, number | undefined> = {
    revokedKeysBefore: before(times.revokedKeysMs),
    deletedServiceAccountsBefore: before(times.deletedServiceAccountsMs),
    activityBefore: before(times.activityMs),
    usageBefore: before(times.usageMs),
    idempotencyBefore: before(times.idempotencyMs),
  }
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}
