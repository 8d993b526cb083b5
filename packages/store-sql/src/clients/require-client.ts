import { ConfigurationError, describeClient } from '@claviger/core/store'
import { fieldOf } from '../database/dialect.ts'

/*
 * Refuses what is passed by mistake where a store needs a client, with the line to write instead. A value that is none of the
 * known ones and has the methods is taken: it may be a wrapper.
 */

const wrappers = ['an object', 'a plain object']

const postgresLine = 'postgresStore(new Pool({ connectionString }))'
const postgresLines: Readonly<Record<string, string>> = {
  'a client of postgres.js': 'postgresStore(postgresJs(sql))',
}

/** @throws {ConfigurationError} unless it may be a pool of `pg` */
export function requirePostgresPool(pool: unknown): void {
  const name = describeClient(pool)
  if (hasMethods(pool, 'connect') && ['a pg Pool', ...wrappers].includes(name)) return
  refuse('pool', 'postgresStore takes a Pool of pg', name, postgresLines[name] ?? postgresLine)
}

/** @throws {ConfigurationError} unless it may be a pool of `mysql2` or `mysql2/promise` */
export function requireMysqlPool(pool: unknown): void {
  const names = [pool, fieldOf(pool, 'pool')].map(describeClient)
  const isPool = hasMethods(pool, 'getConnection') || hasMethods(fieldOf(pool, 'pool'), 'getConnection')
  const isKnown = names.every((name) =>
    ['a mysql2 pool', 'a mysql2/promise pool', 'undefined', ...wrappers].includes(name),
  )
  if (isPool && isKnown) return
  const line = "mysqlStore(createPool(uri)), with createPool of 'mysql2'"
  refuse('pool', 'mysqlStore takes a pool of mysql2', names[0] ?? '', line)
}

/** @throws {ConfigurationError} unless it may be a handle of `better-sqlite3` or `libsql`, or an adapter */
export function requireSqliteHandle(database: unknown): void {
  const name = describeClient(database)
  if (hasMethods(database, 'prepare', 'exec') && ['a SQLite handle', ...wrappers].includes(name)) return
  const line =
    name === 'a DatabaseSync of node:sqlite'
      ? 'sqliteStore(nodeSqlite(database))'
      : "sqliteStore(new Database('keys.db')), with Database of 'libsql' or 'better-sqlite3'"
  refuse('database', 'sqliteStore takes a handle of better-sqlite3 or libsql', name, line)
}

function refuse(option: string, wanted: string, name: string, line: string): never {
  throw new ConfigurationError(option, `${wanted}, got ${name}. Write ${line}.`)
}

function hasMethods(value: unknown, ...methods: readonly string[]): boolean {
  return methods.every((method) => typeof fieldOf(value, method) === 'function')
}
