import { CompiledQuery } from 'kysely'
import type { Database, Queries } from './database.ts'
import { type Patience, retrying } from './retrying.ts'

// Shorter pauses too: where SQLite has no line to wait in, who looks more often comes first.
const patience: Patience = { collisions: Number.POSITIVE_INFINITY, forMs: 3_000, waits: true, pauseMs: 4 }

/** Runs `body` in one transaction, again when it collided. It commits when `body` resolves and rolls back when not. */
export async function transaction<T>(database: Database, body: (queries: Queries) => Promise<T>): Promise<T> {
  return retrying(database, () => once(database, body))
}

/** The same for what must not lose: it collides as often as need be, within the time a caller may wait. */
export async function patientTransaction<T>(database: Database, body: (queries: Queries) => Promise<T>): Promise<T> {
  return retrying(database, () => once(database, body), patience)
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
      // Exchanged in between: what was committed is in a file that nobody finds any more.
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
