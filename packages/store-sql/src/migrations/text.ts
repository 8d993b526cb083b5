import { ConfigurationError } from '@claviger/core/store'
import type { SqlDialect, SqlDialectName } from '../dialects/dialect.ts'
import { mysql } from '../dialects/mysql.ts'
import { postgres } from '../dialects/postgres.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { checkedIdentifier } from '../options.ts'
import { allMigrations, createMigrationsTable, statementsOf } from './all.ts'
import { nameOf } from './migrate.ts'

const dialects: Readonly<Record<SqlDialectName, SqlDialect>> = { postgres, mysql, sqlite }

/** What `migrationSql` is told. */
export interface MigrationSqlOptions {
  /** As given to the store. Default `claviger_`. */
  readonly tablePrefix?: string
  /** PostgreSQL: as given to the store. The schema itself is not created. */
  readonly schema?: string
  /** Only migrations behind this version. Default 0: all. */
  readonly after?: number
}

/**
 * The migrations as plain SQL, for your own migration tool: statements that end with a semicolon, each migration under
 * a comment with its name. They also note in the table of applied versions that they ran.
 *
 * @throws {ConfigurationError} when an option is wrong
 */
export function migrationSql(dialect: SqlDialectName, options: MigrationSqlOptions = {}): string {
  if (!Object.hasOwn(dialects, dialect)) {
    throw new ConfigurationError('dialect', `dialect must be one of ${Object.keys(dialects).join(', ')}.`)
  }
  const { tablePrefix = 'claviger_', schema, after = 0 } = options
  const naming = {
    tablePrefix: checkedIdentifier('tablePrefix', tablePrefix),
    schema: schema === undefined ? undefined : checkedIdentifier('schema', schema),
  }
  const words = dialects[dialect]
  return allMigrations
    .filter(({ version }) => version > after)
    .map((migration) => {
      const statements = [...createMigrationsTable(words, naming), ...statementsOf(migration, words, naming)]
      return [`-- Claviger ${nameOf(migration)}`, ...statements.map((statement) => `${statement};`)].join('\n')
    })
    .join('\n\n')
    .concat('\n')
}

/** The migrations of this version of Claviger, in the order in which they are applied. */
export const migrations: readonly { readonly version: number; readonly name: string }[] = allMigrations.map(
  ({ version, name }) => ({ version, name }),
)
