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
} from './clients/mysql-pool.ts'
export { type NodeSqliteDatabase, type NodeSqliteStatement, nodeSqlite } from './clients/node-sqlite.ts'
export type { PostgresPool, PostgresPoolClient, PostgresResult } from './clients/postgres-pool.ts'
export type { SqliteDatabase, SqliteStatement } from './clients/sqlite-database.ts'
export type { SqlDialectName } from './dialects/dialect.ts'
export { type MigrationSqlOptions, migrationSql, migrations } from './migrations/text.ts'
export { mysqlStore } from './mysql-store.ts'
export type { PostgresStoreOptions, ServerStoreOptions, SqliteStoreOptions, SqlStoreOptions } from './options.ts'
export { postgresStore } from './postgres-store.ts'
export { sqliteStore } from './sqlite-store.ts'
export type { SqlStore } from './store.ts'
