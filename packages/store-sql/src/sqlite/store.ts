import { parseOptions } from '@claviger/core/store'
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { requireSqliteHandle } from '../clients/require-client.ts'
import { sqliteDriver, type SqliteDatabase } from './handle.ts'
import { fileInPlace } from './file-in-place.ts'
import { openDatabase } from '../database/database.ts'
import { sqlite } from './dialect.ts'
import { generalNames, type SqliteStoreOptions } from '../options.ts'
import { type SqlStore, sqlStore } from '../store.ts'

/**
 * Keeps keys in a SQLite file, through a handle of `better-sqlite3` or `libsql`, or one of `node:sqlite` through
 * `nodeSqlite`. Give the store a handle of its own, which you open and close: what other code did on the handle while a
 * change is carried out would become part of it. Run `migrate()` or `migrationSql('sqlite')` first.
 *
 * @throws {ConfigurationError} for what is not a handle of such a driver, or when an option is wrong
 */
export function sqliteStore(database: SqliteDatabase, options?: SqliteStoreOptions): SqlStore {
  const given = parseOptions<SqliteStoreOptions>('sqliteStore', options, [...generalNames, 'busyTimeoutMs'])
  const { busyTimeoutMs = 800 } = given
  requireSqliteHandle(database)
  const connect = (): Dialect => ({
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => sqliteDriver(database),
    createIntrospector: (queries) => new SqliteIntrospector(queries),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  })
  return sqlStore(
    openDatabase(
      {
        dialect: sqlite,
        connect,
        schema: undefined,
        statementTimeoutMs: undefined,
        busyTimeoutMs,
        assertInPlace: fileInPlace(database),
      },
      given,
    ),
    database,
  )
}
