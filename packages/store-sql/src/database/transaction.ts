import { CompiledQuery } from 'kysely'
import type { Database, Queries } from './database.ts'
import { retrying } from './retrying.ts'

/** Runs `body` in one transaction, again when it collided. It commits when `body` resolves and rolls back when not. */
export async function transaction<T>(database: Database, body: (queries: Queries) => Promise<T>): Promise<T> {
  return retrying(database, () => once(database, body))
}

async function once<T>({ queries, dialect }: Database, body: (queries: Queries) => Promise<T>): Promise<T> {
  return queries.connection().execute(async (connection) => {
    const run = (sql: string): Promise<unknown> => connection.executeQuery(CompiledQuery.raw(sql))
    try {
      for (const statement of dialect.begin) await run(statement)
      const result = await body(connection)
      await run('commit')
      return result
    } catch (error) {
      // A connection that cannot even roll back is not given back to the pool.
      await run('rollback').catch(() => undefined)
      throw error
    }
  })
}
