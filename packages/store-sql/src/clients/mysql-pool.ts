import type { MysqlPool as KyselyPool, MysqlPoolConnection as KyselyConnection, MysqlQueryResult } from 'kysely'
import { fieldOf } from '../dialects/error-field.ts'

/** What is needed of a `mysql2` pool. */
export interface MysqlPool {
  getConnection(callback: (error: Error | null, connection: MysqlPoolConnection) => void): void
}

/** What is needed of a pool of `mysql2/promise`: the pool within. */
export interface MysqlPromisePool {
  readonly pool: MysqlPool
}

/** What is needed of a `mysql2` connection taken from a pool. */
export interface MysqlPoolConnection {
  query(
    options: MysqlQueryOptions,
    values: unknown[],
    callback: (error: Error | null, result: unknown) => void,
  ): unknown
  release(): void
  destroy(): void
}

/** Options of one query, whatever the pool was told. */
export interface MysqlQueryOptions {
  readonly sql: string
  readonly typeCast: true
  readonly rowsAsArray: false
  readonly nestTables: false
}

/**
 * Gives no connection back of which it is not known whether its transaction has ended, and keeps texts as bytes: what
 * is sent depends neither on the connection's character set nor on how the server reads backslashes.
 */
export function carefulMysqlPool(given: MysqlPool | MysqlPromisePool): KyselyPool {
  const pool = 'pool' in given ? given.pool : given
  return {
    getConnection(callback) {
      pool.getConnection((error, connection) => {
        if (error) callback(error, undefined as never)
        else callback(null, careful(connection))
      })
    },
    end: (callback) => callback(null),
  }
}

function careful(connection: MysqlPoolConnection): KyselyConnection {
  let isDoubtful = false
  const query = (
    sql: string,
    parameters: readonly unknown[],
    callback: (error: unknown, result: MysqlQueryResult) => void,
  ): void => {
    const options = { sql, typeCast: true, rowsAsArray: false, nestTables: false } as const
    connection.query(options, parameters.map(asBytes), (error, result) => {
      // Anything but an answer of the server: the statement may still run.
      if (error && fieldOf(error, 'sqlState') === undefined) isDoubtful = true
      callback(error, withTexts(result))
    })
  }
  return {
    query: query as KyselyConnection['query'],
    release() {
      if (isDoubtful) connection.destroy()
      else connection.release()
    },
  }
}

function asBytes(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value) : value
}

function withTexts(result: unknown): MysqlQueryResult {
  if (!Array.isArray(result)) return result as MysqlQueryResult
  return (result as Record<string, unknown>[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, asText(value)])),
  )
}

function asText(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString() : value
}
