import type { Naming } from '../database/table-names.ts'
import type { SqlDialect } from '../dialects/dialect.ts'
import { initial } from './initial.ts'
import type { Migration } from './migration.ts'
import { createTable, insertOnce } from './table-shape.ts'

/** Every migration, in the order in which they are applied. */
export const allMigrations: readonly Migration[] = [initial]

/** The table of applied versions. It must be there before anything else is. */
export function createMigrationsTable(dialect: SqlDialect, naming: Naming): readonly string[] {
  return createTable(dialect, naming, {
    name: 'migrations',
    columns: { version: 'integer', name: 'label', applied_at: 'integer' },
    primaryKey: ['version'],
  })
}

/** The statements of one migration, the note that it was applied last. */
export function statementsOf(migration: Migration, dialect: SqlDialect, naming: Naming): readonly string[] {
  return [
    ...migration.statements(dialect, naming),
    insertOnce(dialect, naming, 'migrations', {
      version: String(migration.version),
      name: `'${migration.name}'`,
      applied_at: dialect.schemaWords.nowMs,
    }),
  ]
}
