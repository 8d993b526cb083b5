import { ConfigurationError, describeClient } from '@claviger/core/store'
import { fieldOf } from '../database/dialect.ts'
import type { PostgresPool } from '../postgres/pool.ts'
import type { PostgresJsClient } from './client.ts'
import { reservations } from './reservations.ts'
import { type Counted, type Session, sessionOf } from './session.ts'
import { type TakenConnection, takenConnection } from './taken-connection.ts'

/**
 * Makes a client of postgres.js (package `postgres` 3.4) fit for `postgresStore`.
 *
 * It stays yours: the store takes connections with `reserve()`, gives them back, and never ends the client. Options for
 * types and values do not matter, nor `prepare`; one that renames columns (`postgres.camel`) or changes rows is refused,
 * and `fetch_types: false`.
 *
 * @param sql what `postgres(url)` gives
 * @throws {ConfigurationError} for anything else, or for a client with these options
 *
 * @example
 * const store = postgresStore(postgresJs(postgres(process.env.DATABASE_URL, { max: 5, connect_timeout: 1 })))
 */
export function postgresJs(sql: PostgresJsClient): PostgresPool {
  requirePostgresJs(sql)
  const made = pools.get(sql) ?? poolOn(sql)
  pools.set(sql, made)
  return made
}

// One for each client: what is known of its connections is shared by the stores on it.
const pools = new WeakMap<PostgresJsClient, PostgresPool>()

function poolOn(sql: PostgresJsClient): PostgresPool {
  const reserve = reservations(sql)
  const connections = new WeakMap<object, TakenConnection>()
  // The lists where the pool keeps connections that are taken, and those that carry out a statement. There are two.
  const inUse = new Set<Counted>()
  const noteOn = (session: Session): void => {
    const place = session.place()
    if (place !== undefined) inUse.add(place)
  }
  const noteSoon = (session: Session): void => {
    if (inUse.size < 2) void turn().then(() => noteOn(session))
  }

  // Its counts are for telling an exhausted pool, as a `pg` pool has them.
  const pool = {
    options: { max: sql.options.max },
    idleCount: 0,
    get totalCount() {
      return [...inUse].reduce((sum, { length }) => sum + length, 0)
    },
    async connect() {
      // After a server was away it would wait, up to twenty seconds, before it connects again.
      const { shared } = sql.options
      if (shared !== undefined) Reflect.set(shared, 'retries', 0)
      const reserved = await reserve()
      let connection: TakenConnection | undefined
      const session = await sessionOf(reserved, (error) => connection?.end(error))
      if (session === undefined) {
        reserved.release()
        throw new ConfigurationError('pool', 'postgresJs does not know this version of postgres.js. It works with 3.4.')
      }
      connection = connections.get(session.identity) ?? takenConnection()
      connections.set(session.identity, connection)
      connection.take(reserved, session, () => noteSoon(session))
      noteOn(session)
      return connection.client
    },
  }
  return pool
}

/** Long enough for a statement to be on its way, and for no answer to be there. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await Promise.resolve()
}

function requirePostgresJs(sql: unknown): void {
  const name = describeClient(sql)
  if (name !== 'a client of postgres.js') {
    const way = name === 'a pg Pool' ? 'postgresStore(pool)' : 'postgresStore(postgresJs(postgres(url)))'
    throw new ConfigurationError('pool', `postgresJs takes a client of postgres.js, got ${name}. Write ${way}.`)
  }
  const { reserve, options } = sql as { readonly reserve?: unknown; readonly options?: unknown }
  if (typeof reserve !== 'function') {
    throw new ConfigurationError('pool', 'postgresJs needs postgres.js 3.4 or later. Update the package postgres.')
  }
  const transform = fieldOf(options, 'transform')
  const changed = ['column', 'row'].find((part) => typeof fieldOf(fieldOf(transform, part), 'from') === 'function')
  if (changed !== undefined) throw unfit(`changes what it reads (transform.${changed}.from)`)
  // postgres.js then never hands out the connection that a reservation opens.
  if (fieldOf(options, 'fetch_types') === false) throw unfit('has fetch_types: false, with which reserve() never ends')
}

function unfit(what: string): ConfigurationError {
  return new ConfigurationError(
    'pool',
    `This client of postgres.js ${what}. Give the store one of its own: postgresStore(postgresJs(postgres(url, { max: 5 }))).`,
  )
}
