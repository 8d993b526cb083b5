import pg from 'pg'
import { type PostgresStoreOptions, postgresStore, type SqlStore } from '../../src/index.ts'
import type { ClientOptions } from '../suites/server-suite.ts'
import type { ServerClient } from './under-test.ts'

/** A client with what only PostgreSQL has. */
export interface PostgresClient extends ServerClient {
  readonly pool: pg.Pool
  postgresStore(options: PostgresStoreOptions): SqlStore
}

/** A pool of its own, as one process has it. */
export function postgresClient(url: string, options: ClientOptions = {}): PostgresClient {
  const { maxConnections = 10, timeZone = 'UTC', onStatement } = options
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, options: `-c timezone=${timeZone}` })
  pool.on('error', () => undefined)
  if (onStatement !== undefined) {
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...sent: unknown[]) => Promise<pg.QueryResult>
      const told = async (sql: string, parameters: unknown[], ...rest: unknown[]): Promise<pg.QueryResult> => {
        await onStatement(sql, parameters)
        return query(sql, parameters, ...rest)
      }
      Object.assign(client, { query: told })
    })
  }
  return {
    pool,
    store: (storeOptions) => postgresStore(pool, storeOptions),
    postgresStore: (storeOptions) => postgresStore(pool, storeOptions),
    run: async (sql, ...parameters) => {
      let place = 0
      const text = sql.replaceAll('?', () => `$${(place += 1)}`)
      return (await pool.query(text, parameters)).rows as Record<string, unknown>[]
    },
    end: () => pool.end(),
  }
}
