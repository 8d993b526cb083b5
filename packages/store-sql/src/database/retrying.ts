import { monotonicMs, pause } from '@claviger/core/store'
import type { Database } from './database.ts'
import { LostRaceError } from './lost-race.ts'

/** How often a unit of work may collide, within which time, and how long it pauses at most before it is run again. */
export interface Patience {
  readonly collisions: number
  readonly forMs: number
  readonly pauseMs: number
}

const threeTimes: Patience = { collisions: 3, forMs: Number.POSITIVE_INFINITY, pauseMs: 20 }

/**
 * Runs a unit of work again when the database says for certain that nothing of it was done: at most three times after
 * a collision unless told otherwise, and until `busyTimeoutMs` have passed while another process holds the lock of a
 * SQLite file. An outcome that is not known is never tried again.
 */
export async function retrying<T>(
  { dialect, busyTimeoutMs }: Pick<Database, 'dialect' | 'busyTimeoutMs'>,
  work: () => Promise<T>,
  patience: Patience = threeTimes,
): Promise<T> {
  const startedAt = monotonicMs()
  for (let collisions = 0; ; ) {
    try {
      return await work()
    } catch (error) {
      const failure = error instanceof LostRaceError ? 'contended' : dialect.failureOf(error)
      const waitedMs = monotonicMs() - startedAt
      if (failure === 'contended') collisions += 1
      const mayRetry =
        failure === 'busy'
          ? waitedMs < busyTimeoutMs
          : failure === 'contended' && collisions <= patience.collisions && waitedMs < patience.forMs
      if (!mayRetry) throw error
      await pause(Math.random() * patience.pauseMs)
    }
  }
}
