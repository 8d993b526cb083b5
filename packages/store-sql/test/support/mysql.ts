import mysql from 'mysql2'
import { type MysqlPool, mysqlStore } from '../../src/index.ts'
import type { ClientOptions } from '../suites/server-suite.ts'
import type { ServerClient } from './under-test.ts'

/** A pool of its own, as one process has it. */
export function mysqlClient(url: string, options: ClientOptions = {}): ServerClient & { readonly pool: mysql.Pool } {
  const { maxConnections = 10, timeZone, onStatement = () => undefined } = options
  const pool = mysql.createPool({ uri: url, connectionLimit: maxConnections })
  if (timeZone !== undefined) pool.on('connection', (connection) => connection.query(`set time_zone = '${timeZone}'`))
  return {
    pool,
    store: (storeOptions) => mysqlStore(told(pool, onStatement), storeOptions),
    run: async (sql, ...parameters) => (await pool.promise().query(sql, parameters))[0] as Record<string, unknown>[],
    end: () => pool.promise().end(),
  }
}

function told(pool: mysql.Pool, onStatement: NonNullable<ClientOptions['onStatement']>): MysqlPool {
  return {
    getConnection: (callback) =>
      pool.getConnection((error, connection) => {
        callback(error, {
          async query(queryOptions, values, answered) {
            await onStatement(queryOptions.sql, values)
            connection.query({ ...queryOptions }, values, answered)
          },
          release: () => connection.release(),
          destroy: () => connection.destroy(),
        })
      }),
  }
}
