import { monotonicMs, pause } from '@claviger/core/store'
import type { Database } from './database.ts'
import type { Failure } from '../dialects/dialect.ts'
import { LostRaceError } from './lost-race.ts'

/** When a unit of work is run again. */
export interface Patience {
  /** How often it may collide, and within which time. */
  readonly collisions: number
  readonly forMs: number
  /** Whether it waits again for a row that somebody held for too long. */
  readonly waits: boolean
  /** How long it pauses at most before. */
  readonly pauseMs: number
}

const threeTimes: Patience = { collisions: 3, forMs: Number.POSITIVE_INFINITY, waits: false, pauseMs: 20 }

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
      const isInTime = waitedMs < (failure === 'busy' ? busyTimeoutMs : patience.forMs)
      const mayRetry: Readonly<Partial<Record<Failure, boolean>>> = {
        busy: true,
        contended: collisions <= patience.collisions,
        locked: patience.waits,
      }
      if (mayRetry[failure] !== true || !isInTime) throw error
      await pause(Math.random() * patience.pauseMs)
    }
  }
}
