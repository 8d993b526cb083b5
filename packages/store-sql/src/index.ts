/**
 * Claviger on PostgreSQL, MySQL, MariaDB and SQLite.
 *
 * @module
 */
export {
  type MysqlField,
  type MysqlPool,
  type MysqlPoolConnection,
  type MysqlPromisePool,
  type MysqlQueryOptions,
} from './mysql/pool.ts'
export { type NodeSqliteDatabase, type NodeSqliteStatement, nodeSqlite } from './sqlite/node-sqlite.ts'
export type { PostgresJsClient, PostgresJsQuery, PostgresJsReserved } from './postgres-js/client.ts'
export { postgresJs } from './postgres-js/postgres-js.ts'
export type { PostgresPool, PostgresPoolClient, PostgresResult } from './postgres/pool.ts'
export type { SqliteDatabase, SqliteStatement } from './sqlite/handle.ts'
export type { SqlDialectName } from './database/dialect.ts'
export { type MigrationSqlOptions, migrationSql, migrations } from './migration-sql.ts'
export { mysqlStore } from './mysql/store.ts'
export type { PostgresStoreOptions, ServerStoreOptions, SqliteStoreOptions, SqlStoreOptions } from './options.ts'
export { postgresStore } from './postgres/store.ts'
export { sqliteStore } from './sqlite/store.ts'
export type { SqlStore } from './store.ts'
