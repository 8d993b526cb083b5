import { CompiledQuery, type Driver, SqliteDriver } from 'kysely'

/** What is needed of a SQLite handle: those of `better-sqlite3` and `libsql` fit, others through an adapter. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
}

/** A prepared statement. */
export interface SqliteStatement {
  /** Whether it returns rows. */
  readonly reader: boolean
  all(parameters: unknown[]): unknown[]
  run(parameters: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
}

const drivers = new WeakMap<SqliteDatabase, Driver>()

/** One driver per handle: two would begin transactions within each other's. */
export function driverOf(database: SqliteDatabase): Driver {
  const known = drivers.get(database)
  if (known !== undefined) return known
  const driver = new SqliteDriver({
    database: guarded(database),
    // Waiting for another process is done with timers: SQLite's own way of waiting stops the event loop.
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw('pragma busy_timeout = 0'))
    },
  })
  drivers.set(database, driver)
  return driver
}

/**
 * Passes on nothing but texts, numbers, bigints and null. `libsql` ends the process on a boolean, and stores undefined
 * and NaN as null.
 */
function guarded(database: SqliteDatabase): ConstructorParameters<typeof SqliteDriver>[0]['database'] {
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        reader: statement.reader,
        all: (parameters) => statement.all(parameters.map(checked)),
        run: (parameters) => statement.run(parameters.map(checked)),
        iterate: () => {
          throw new TypeError('No statement of the store is read row by row.')
        },
      }
    },
    close: () => undefined,
  }
}

function checked(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const got = typeof value === 'number' ? String(value) : typeof value
  throw new TypeError(`Cannot bind ${got}: only texts, finite numbers, bigints and null are stored.`)
}
