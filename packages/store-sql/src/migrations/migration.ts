import type { Naming } from '../database/table-names.ts'
import type { SqlDialect } from '../dialects/dialect.ts'

/** One step of the schema. Once published, what it does never changes. */
export interface Migration {
  /** Counts up by one, from 1. */
  readonly version: number
  readonly name: string
  statements(dialect: SqlDialect, naming: Naming): readonly string[]
}
