import { UnavailableError } from '@claviger/core/store'
import { CompiledQuery } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { nullableInteger } from '../database/values.ts'
import { retrying } from '../database/transaction.ts'
import { missingMigrations } from './all.ts'
import { createMigrationsTable, nameOf, statementsOf } from './migration.ts'

/**
 * Applies the migrations that are missing, one process at a time. PostgreSQL and SQLite apply all or none; MySQL and
 * MariaDB cannot roll `create table` back, but every statement may be repeated.
 */
export async function applyMigrations(database: Database): Promise<readonly string[]> {
  const { queries, dialect, naming } = database
  const { begin, end, abort } = dialect.schemaWords
  return retrying(database, () =>
    queries.connection().execute(async (connection) => {
      try {
        await runAll(connection, begin)
        await runAll(connection, createMigrationsTable(dialect, naming))
        const missing = await missingMigrations(connection, database)
        for (const migration of missing) await runAll(connection, statementsOf(migration, dialect, naming))
        await runAll(connection, end)
        return missing.map(nameOf)
      } catch (error) {
        await runAll(connection, abort).catch(() => undefined)
        throw error
      }
    }),
  )
}

async function runAll(connection: Queries, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const { rows } = await connection.executeQuery<{ locked?: unknown }>(CompiledQuery.raw(statement))
    const [row] = rows
    if (row !== undefined && 'locked' in row && nullableInteger(row.locked) !== 1) {
      throw new UnavailableError('store', 'Another process has been migrating this database for a minute. Try again.')
    }
  }
}
