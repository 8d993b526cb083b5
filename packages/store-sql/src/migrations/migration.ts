import type { Naming } from '../database/table-names.ts'
import type { SqlDialect } from '../database/dialect.ts'
import { createTable, insertOnce } from './table-shape.ts'

/** One step of the schema. Once published, what it does never changes. */
export interface Migration {
  /** Counts up by one, from 1. */
  readonly version: number
  readonly name: string
  statements(dialect: SqlDialect, naming: Naming): readonly string[]
}

/** A migration as it is reported. */
export function nameOf({ version, name }: Migration): string {
  return `${String(version).padStart(4, '0')}-${name}`
}

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
