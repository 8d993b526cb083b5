import { parseOptions, ConfigurationError, describeValue } from '@claviger/core/store'
import type { SqlDialect, SqlDialectName } from './database/dialect.ts'
import { mysql } from './mysql/dialect.ts'
import { postgres } from './postgres/dialect.ts'
import { sqlite } from './sqlite/dialect.ts'
import { parseIdentifier } from './options.ts'
import { allMigrations } from './migrations/all.ts'
import { createMigrationsTable, nameOf, statementsOf } from './migrations/migration.ts'

const dialects: Readonly<Record<SqlDialectName, SqlDialect>> = { postgres, mysql, sqlite }

/** Options of `migrationSql`. */
export interface MigrationSqlOptions {
  /** As given to the store. Default `claviger_`. */
  readonly tablePrefix?: string
  /** PostgreSQL: as given to the store. The schema itself is not created. */
  readonly schema?: string
  /** Only migrations behind this version. Default 0: all. */
  readonly after?: number
  /**
   * PostgreSQL and SQLite: whether the text begins a transaction and commits it. `false` for tools that run each file in a
   * transaction of their own. Default true.
   */
  readonly transaction?: boolean
}

/**
 * The migrations as plain SQL, for your own migration tool: statements that end with a semicolon, each migration under
 * a comment with its name. They also note in the table of applied versions that they ran.
 *
 * On PostgreSQL and SQLite the text is one transaction. On every database it can be run again, whether it broke off in the
 * middle or was carried out.
 *
 * @throws {ConfigurationError} when an option is wrong
 */
export function migrationSql(dialect: SqlDialectName, options?: MigrationSqlOptions): string {
  if (typeof dialect !== 'string' || !Object.hasOwn(dialects, dialect)) {
    throw new ConfigurationError(
      'dialect',
      `dialect must be one of ${Object.keys(dialects).join(', ')}, got ${describeValue(dialect)}.`,
    )
  }
  const names = ['tablePrefix', 'schema', 'after', 'transaction'] as const
  const given = parseOptions<MigrationSqlOptions>('migrationSql', options, names)
  const { tablePrefix = 'claviger_', schema, after = 0, transaction = true } = given
  const naming = {
    tablePrefix: parseIdentifier('tablePrefix', tablePrefix),
    schema: schema === undefined ? undefined : parseIdentifier('schema', schema),
  }
  if (typeof transaction !== 'boolean') {
    throw new ConfigurationError('transaction', 'transaction must be true or false.')
  }
  const words = dialects[dialect]
  const { begin, end, transactional } = words.schemaWords
  const [before, behind] = transaction && transactional ? [begin, end] : [[], []]
  const wanted = allMigrations.filter(({ version }) => version > after)
  if (wanted.length === 0) return '\n'
  const blocks = wanted.map((migration, index) => [
    `-- Claviger ${nameOf(migration)}`,
    ...ended(index === 0 ? createMigrationsTable(words, naming) : []),
    ...ended(statementsOf(migration, words, naming)),
  ])
  return [ended(before), ...blocks, ended(behind)]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
    .concat('\n')
}

function ended(statements: readonly string[]): readonly string[] {
  return statements.map((statement) => `${statement};`)
}

/** The migrations of this version of Claviger, in the order in which they are applied. */
export const migrations: readonly { readonly version: number; readonly name: string }[] = allMigrations.map(
  ({ version, name }) => ({ version, name }),
)
