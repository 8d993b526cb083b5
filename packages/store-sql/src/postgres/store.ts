import { parseOptions } from '@claviger/core/store'
import { type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { requirePostgresPool } from '../clients/require-client.ts'
import { driverFor } from '../clients/driver.ts'
import { type PostgresPool, postgresConnection } from './pool.ts'
import { openDatabase } from '../database/database.ts'
import { postgres } from './dialect.ts'
import { generalNames, type PostgresStoreOptions } from '../options.ts'
import { type SqlStore, sqlStore } from '../store.ts'

/**
 * Keeps keys in PostgreSQL 13 or later, through a `pg` pool that you open and close. Works behind a pooler in
 * transaction mode. Run `migrate()` or `migrationSql('postgres')` first. A client of postgres.js fits through `postgresJs`.
 *
 * @throws {ConfigurationError} for what is not a pool of `pg`, or when an option is wrong
 */
export function postgresStore(pool: PostgresPool, options?: PostgresStoreOptions): SqlStore {
  const given = parseOptions<PostgresStoreOptions>('postgresStore', options, [
    ...generalNames,
    'schema',
    'statementTimeoutMs',
  ])
  const { schema, statementTimeoutMs = 3_000 } = given
  requirePostgresPool(pool)
  const connect = (timeoutMs: number | undefined): Dialect => ({
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driverFor(() => postgresConnection(pool, timeoutMs)),
    createIntrospector: (queries) => new PostgresIntrospector(queries),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  })
  return sqlStore(
    openDatabase(
      { dialect: postgres, connect, schema, statementTimeoutMs, busyTimeoutMs: 0, assertInPlace: undefined },
      given,
    ),
    pool,
  )
}
