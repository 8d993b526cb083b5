import { monotonicMs, pause } from '@claviger/core/store'
import { CompiledQuery } from 'kysely'
import type { Database, Queries } from './database.ts'
import type { Failure } from './dialect.ts'

/** A guarded statement changed another number of rows than it must: someone was faster. Never leaves the store. */
class LostRaceError extends Error {}

/**
 * A statement that reports success and changed nothing is no success.
 *
 * @throws {LostRaceError}
 */
export function requireAffected(affected: bigint | undefined, expected: number): void {
  if (affected !== BigInt(expected)) throw new LostRaceError('The stored row is not the one that was judged.')
}

/** When a unit of work is run again. */
export interface Patience {
  /** How often it may collide, and within which time. */
  readonly collisions: number
  readonly forMs: number
  /** Whether it waits again for a row that someone held for too long. */
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

// Shorter pauses too: where SQLite has no line to wait in, who looks more often comes first.
const mostPatient: Patience = { collisions: Number.POSITIVE_INFINITY, forMs: 3_000, waits: true, pauseMs: 4 }

/** Runs `body` in one transaction, again when it collided. It commits when `body` resolves and rolls back when not. */
export async function transaction<T>(database: Database, body: (queries: Queries) => Promise<T>): Promise<T> {
  return retrying(database, () => once(database, body))
}

/** The same for what must not lose: it collides as often as need be, within the time a caller may wait. */
export async function patientTransaction<T>(database: Database, body: (queries: Queries) => Promise<T>): Promise<T> {
  return retrying(database, () => once(database, body), mostPatient)
}

async function once<T>(
  { queries, dialect, assertInPlace }: Database,
  body: (queries: Queries) => Promise<T>,
): Promise<T> {
  return queries.connection().execute(async (connection) => {
    const run = (sql: string): Promise<unknown> => connection.executeQuery(CompiledQuery.raw(sql))
    try {
      for (const statement of dialect.begin) await run(statement)
      assertInPlace()
      const result = await body(connection)
      await run('commit')
      // Exchanged in between: what was committed is in a file that no one finds any more.
      assertInPlace()
      return result
    } catch (error) {
      // A connection that cannot even roll back is not given back to the pool.
      await run('rollback').catch(() => undefined)
      throw error
    } finally {
      // What was set for the transaction alone. Whether that works changes nothing of what was stored.
      for (const statement of dialect.afterwards) await run(statement).catch(() => undefined)
    }
  })
}
