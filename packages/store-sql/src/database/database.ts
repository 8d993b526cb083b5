import { Kysely, type Dialect } from 'kysely'
import type { SqlDialect } from '../dialects/dialect.ts'
import type { SqlStoreOptions } from '../options.ts'
import { type Naming, tableNames } from './table-names.ts'
import type { Tables } from './tables.ts'

/** A connection, or all of them: what queries are made with. */
export type Queries = Kysely<Tables>

/** Everything one store knows of its database. */
export interface Database {
  readonly queries: Queries
  readonly dialect: SqlDialect
  readonly naming: Naming
  readonly options: Required<Omit<SqlStoreOptions, 'schema'>>
}

export function openDatabase(
  dialect: SqlDialect,
  client: Dialect,
  naming: Naming,
  options: Database['options'],
): Database {
  return { queries: new Kysely<Tables>({ dialect: client, plugins: [tableNames(naming)] }), dialect, naming, options }
}
