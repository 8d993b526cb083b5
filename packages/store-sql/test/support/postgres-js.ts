import postgres from 'postgres'
import { type PostgresPool, type PostgresPoolClient, postgresJs, postgresStore } from '../../src/index.ts'
import type { ClientOptions } from '../suites/server-suite.ts'
import type { ServerClient } from './under-test.ts'

/** A client of postgres.js of its own, as one process has it. */
export function postgresJsClient(url: string, options: ClientOptions = {}): ServerClient {
  const { maxConnections = 10, timeZone = 'UTC', onStatement } = options
  const settings = { max: maxConnections, connection: { TimeZone: timeZone }, idle_timeout: 1 }
  const sql = postgres(url, { ...settings, onnotice: () => undefined })
  const pool = onStatement === undefined ? postgresJs(sql) : told(postgresJs(sql), onStatement)
  return {
    store: (storeOptions) => postgresStore(pool, storeOptions),
    run: async (text, ...parameters) => {
      let place = 0
      return [
        ...(await sql.unsafe(
          text.replaceAll('?', () => `$${(place += 1)}`),
          parameters,
        )),
      ]
    },
    end: () => sql.end({ timeout: 1 }),
  }
}

/** A pool that reports every statement before it is sent. */
function told(pool: PostgresPool, onStatement: NonNullable<ClientOptions['onStatement']>): PostgresPool {
  const known = new WeakSet<PostgresPoolClient>()
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect()
    if (known.has(client)) return client
    known.add(client)
    const query = client.query.bind(client)
    return Object.assign(client, {
      query: async (text: string, parameters: unknown[]) => {
        await onStatement(text, parameters)
        return query(text, parameters)
      },
    })
  }
  return Object.assign(Object.create(pool) as PostgresPool, { connect })
}
