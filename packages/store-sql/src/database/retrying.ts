import type { Database } from './database.ts'
import { LostRaceError } from './lost-race.ts'

const maxRetries = 3
const pauseMs = 20

/**
 * Runs a unit of work again when the database says for certain that nothing of it was done: at most three times after
 * a collision, and until `busyTimeoutMs` have passed while another process holds the lock of a SQLite file. An outcome
 * that is not known is never tried again.
 */
export async function retrying<T>({ dialect, busyTimeoutMs }: Database, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + busyTimeoutMs
  for (let collisions = 0; ; ) {
    try {
      return await work()
    } catch (error) {
      const failure = error instanceof LostRaceError ? 'contended' : dialect.failureOf(error)
      if (failure === 'contended') collisions += 1
      const mayRetry = failure === 'contended' ? collisions <= maxRetries : failure === 'busy'
      if (!mayRetry || (failure === 'busy' && performance.now() >= giveUpAt)) throw error
      await pause(Math.random() * pauseMs)
    }
  }
}

async function pause(delayMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, delayMs))
}
