import { ConfigurationError } from '@claviger/core/store'
import type { Driver } from 'kysely'
import { type Connection, driverFor } from '../clients/driver.ts'

/** What is needed of a SQLite handle: those of `better-sqlite3` and `libsql` fit, others through an adapter. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
}

/** A prepared statement. */
export interface SqliteStatement {
  /** Whether it returns rows. */
  readonly reader: boolean
  all(parameters: unknown[]): unknown[]
  run(parameters: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
}

const drivers = new WeakMap<SqliteDatabase, Driver>()

/** One driver per handle, whatever the number of stores: units of work on a handle take turns. */
export function sqliteDriver(database: SqliteDatabase): Driver {
  const known = drivers.get(database)
  if (known !== undefined) return known
  const driver = driverFor(turnsOn(database))
  drivers.set(database, driver)
  return driver
}

function turnsOn(database: SqliteDatabase): () => Promise<Connection> {
  let last: Promise<void> = Promise.resolve()
  let isPrepared = false
  return async () => {
    const before = last
    const { promise, resolve } = turn()
    last = promise
    await before
    try {
      // Waiting for another process is done with timers: SQLite's own way of waiting stops the event loop.
      if (!isPrepared) checked(database.prepare('pragma busy_timeout = 0')).all([])
      isPrepared = true
    } catch (error) {
      resolve()
      throw error
    }
    return { run: async (sql, parameters) => execute(database, sql, parameters), release: resolve }
  }
}

function turn(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Drivers that name their columns otherwise would seem to give no rows, and keys not to be there. */
function checked(statement: SqliteStatement): SqliteStatement {
  if (typeof statement?.reader === 'boolean' && typeof statement.all === 'function') return statement
  throw new ConfigurationError(
    'database',
    'The statements of this handle do not say whether they give rows (reader). Write sqliteStore(new Database(file)), ' +
      "with Database of 'libsql' or 'better-sqlite3', or sqliteStore(nodeSqlite(database)).",
  )
}

function execute(
  database: SqliteDatabase,
  sql: string,
  parameters: readonly unknown[],
): Awaited<ReturnType<Connection['run']>> {
  // A prepared `begin` that found the file locked would stay open in `libsql` until it is collected as garbage: it
  // keeps a lock that stops the other process's commit, and then our own.
  if (/^(?:begin|commit|rollback)\b/.test(sql)) {
    database.exec(sql)
    return { rows: [] }
  }
  const values = parameters.map(bindable)
  const statement = database.prepare(sql)
  if (statement.reader) return { rows: statement.all(values) }
  return { rows: [], numAffectedRows: BigInt(statement.run(values).changes) }
}

/** `libsql` ends the process on a boolean, and stores undefined and NaN as null. */
function bindable(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const got = typeof value === 'number' ? String(value) : typeof value
  throw new TypeError(`Cannot bind ${got}: only texts, finite numbers, bigints and null are stored.`)
}
