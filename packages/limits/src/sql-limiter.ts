import { ConfigurationError } from '@claviger/core'
import { RateLimiterMySQL, RateLimiterPostgres } from 'rate-limiter-flexible'
import type { Backend } from './backend.types.ts'
import { columnName, countOf, unbounded, wholeSeconds } from './counting.ts'
import { readSharedOptions, type SharedLimiterOptions } from './shared-options.ts'
import { createSharedLimiter, type SharedLimiter } from './shared-limiter.ts'

/** A pool of `pg`, or of `mysql2` or `mysql2/promise`. */
export interface SqlPool {
  query: unknown
}

/** Options of `sqlLimiter`. */
export interface SqlLimiterOptions extends SharedLimiterOptions {
  /** The table of counters, made at the first request if it is not there. Default `claviger_limits`. */
  readonly table?: string | undefined
}

/**
 * Counts in PostgreSQL, MariaDB or MySQL, so that all processes share each limit, by the clocks of the processes. As
 * `redisLimiter`, but each round trip costs a transaction: for few requests, or where there is no Redis.
 *
 * @example
 * const limiter = sqlLimiter(new Pool())
 *
 * @param pool yours; nothing of it is closed
 * @throws {ConfigurationError} for something else than a pool, or a wrong option
 */
export function sqlLimiter(pool: SqlPool, options?: SqlLimiterOptions): SharedLimiter {
  const settings = readSharedOptions('sqlLimiter', options, ['table'])
  const { table = 'claviger_limits' } = settings as { readonly table?: unknown }
  if (typeof table !== 'string' || !/^[a-z_][a-z0-9_]{0,47}$/.test(table)) {
    throw new ConfigurationError('table', 'Expected table to be 1 to 48 lower-case letters, digits or "_".')
  }
  return createSharedLimiter(lazily(dialectOf(pool)(table, settings.prefix)), settings)
}

type Counter = Pick<RateLimiterPostgres, 'consume' | 'get'>

interface MysqlPool {
  promise(): { query(sql: string): Promise<readonly [readonly Readonly<Record<string, unknown>>[], unknown]> }
}

/** Makes what counts, once the table is there. */
function dialectOf(pool: unknown): (table: string, prefix: string) => () => Promise<Counter> {
  const shape = Object(pool) as {
    readonly promise?: unknown
    readonly pool?: unknown
    readonly query?: unknown
    readonly getConnection?: unknown
    readonly connect?: unknown
  }
  // The promise form of mysql2 has the other one inside.
  if (typeof shape.promise === 'function') return mysql(pool as MysqlPool)
  if (typeof Object(shape.pool).promise === 'function') return mysql(shape.pool as MysqlPool)
  if (typeof shape.query === 'function' && typeof shape.connect === 'function' && !('host' in Object(pool))) {
    return postgres(pool as { query(sql: string): Promise<unknown> })
  }
  throw new ConfigurationError(
    'pool',
    'Expected a pool of pg (new Pool()) or of mysql2 (createPool()), got something else. A single connection is no pool.',
  )
}

const postgres =
  (pool: { query(sql: string): Promise<unknown> }) =>
  (table: string, keyPrefix: string) =>
  async (): Promise<Counter> => {
    const columns = 'key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint'
    try {
      await pool.query(`CREATE TABLE IF NOT EXISTS "${table}" (${columns})`)
    } catch (error) {
      // PostgreSQL refuses one of two that make it at the same time: then it is there.
      if ((Object(error) as { readonly code?: unknown }).code !== '23505') throw error
    }
    const options = {
      ...unbounded,
      storeClient: pool,
      storeType: 'pool',
      tableName: table,
      keyPrefix,
      tableCreated: true,
    }
    return new RateLimiterPostgres(options)
  }

const mysql = (pool: MysqlPool) => (table: string, keyPrefix: string) => async (): Promise<Counter> => {
  const connected = pool.promise()
  const [rows] = await connected.query('SELECT DATABASE() AS name')
  const dbName = rows[0]?.['name']
  if (typeof dbName !== 'string') throw new Error('The pool of sqlLimiter has no database: name one in its options.')
  const columns =
    '`key` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, points INT NOT NULL DEFAULT 0, expire BIGINT UNSIGNED'
  await connected.query(`CREATE TABLE IF NOT EXISTS \`${table}\` (${columns}) ENGINE = InnoDB`)
  const options = {
    ...unbounded,
    storeClient: pool,
    storeType: 'pool',
    dbName,
    tableName: table,
    keyPrefix,
    tableCreated: true,
  }
  return new RateLimiterMySQL(options)
}

/** Makes what counts at the first question, and again at the next one if that failed. */
function lazily(make: () => Promise<Counter>): Backend {
  let making: Promise<Counter> | undefined
  const ready = async (): Promise<Counter> => {
    making ??= make()
    try {
      return await making
    } catch (error) {
      making = undefined
      throw error
    }
  }
  return {
    async add(counter, points, windowMs) {
      const limiter = await ready()
      return countOf(await limiter.consume(columnName(counter), points, { customDuration: wholeSeconds(windowMs) }))
    },
    async read(counter) {
      const limiter = await ready()
      const found = await limiter.get(columnName(counter))
      return found === null ? undefined : countOf(found)
    },
  }
}
