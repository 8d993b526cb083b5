import { parseOptions } from '@claviger/core/store'
import { type Dialect, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely'
import { requireMysqlPool } from '../clients/require-client.ts'
import { driverFor } from '../clients/driver.ts'
import { type MysqlPool, type MysqlPromisePool, mysqlConnection } from './pool.ts'
import { openDatabase } from '../database/database.ts'
import { mysql } from './dialect.ts'
import { generalNames, type ServerStoreOptions } from '../options.ts'
import { type SqlStore, sqlStore } from '../store.ts'

/**
 * Keeps keys in MariaDB 10.11 or later, or MySQL 8.0 or later, through a pool of `mysql2` or `mysql2/promise` that you
 * open and close. Run `migrate()` or `migrationSql('mysql')` first.
 *
 * @throws {ConfigurationError} for what is not a pool of `mysql2`, or when an option is wrong
 */
export function mysqlStore(pool: MysqlPool | MysqlPromisePool, options?: ServerStoreOptions): SqlStore {
  const given = parseOptions<ServerStoreOptions>('mysqlStore', options, [...generalNames, 'statementTimeoutMs'])
  const { statementTimeoutMs = 3_000 } = given
  requireMysqlPool(pool)
  const connect = (timeoutMs: number | undefined): Dialect => ({
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => driverFor(() => mysqlConnection(pool, timeoutMs)),
    createIntrospector: (queries) => new MysqlIntrospector(queries),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  })
  return sqlStore(
    openDatabase(
      { dialect: mysql, connect, schema: undefined, statementTimeoutMs, busyTimeoutMs: 0, assertInPlace: undefined },
      given,
    ),
    pool,
  )
}
