import { type Dialect, Kysely } from 'kysely'
import type { SqlDialect } from './dialect.ts'
import { parseCount, parseIdentifier, type SqlStoreOptions } from '../options.ts'
import { type Naming, tableNames } from './table-names.ts'
import type { Tables } from './tables.ts'

/** A connection, or all of them: what queries are made with. */
export type Queries = Kysely<Tables>

/** Everything one store knows of its database. */
export interface Database {
  readonly queries: Queries
  /**
   * The same, for reads that verifications wait for: they wait for no lock, so silence means that the server is gone.
   */
  readonly reads: Queries
  readonly dialect: SqlDialect
  readonly naming: Naming
  readonly changeLogLength: number
  readonly busyTimeoutMs: number
  /** Throws where the data that a transaction works on are not those that others find. */
  readonly assertInPlace: () => void
  /** The same, for work that may take long: its statements wait for their answers as long as it takes. */
  readonly patient: Database
}

/** What is particular to one kind of client. */
export interface DatabaseParts {
  readonly dialect: SqlDialect
  /** Makes connections; with a limit, a statement without an answer is given up after that time. */
  readonly connect: (statementTimeoutMs: number | undefined) => Dialect
  readonly schema: string | undefined
  readonly statementTimeoutMs: number | undefined
  readonly busyTimeoutMs: number
  readonly assertInPlace: (() => void) | undefined
}

// As long as core waits. Its replacement is asked next.
const maxReadMs = 1_000

/** @throws {ConfigurationError} when an option is wrong */
export function openDatabase(parts: DatabaseParts, options: SqlStoreOptions): Database {
  const { dialect, connect, schema, statementTimeoutMs, busyTimeoutMs, assertInPlace = () => {} } = parts
  const { tablePrefix = 'claviger_', changeLogLength = 1_000 } = options
  const naming = {
    tablePrefix: parseIdentifier('tablePrefix', tablePrefix),
    schema: schema === undefined ? undefined : parseIdentifier('schema', schema),
  }
  const queriesOn = (client: Dialect): Queries => new Kysely({ dialect: client, plugins: [tableNames(naming)] })
  const shared = {
    dialect,
    naming,
    changeLogLength: parseCount('changeLogLength', changeLogLength, 0),
    busyTimeoutMs: parseCount('busyTimeoutMs', busyTimeoutMs, 0),
    assertInPlace,
  }
  const unlimited = queriesOn(connect(undefined))
  const patient: Database = {
    ...shared,
    queries: unlimited,
    reads: unlimited,
    get patient() {
      return patient
    },
  }
  if (statementTimeoutMs === undefined) return patient
  const limitMs = parseCount('statementTimeoutMs', statementTimeoutMs, 1)
  return {
    ...shared,
    queries: queriesOn(connect(limitMs)),
    reads: queriesOn(connect(Math.min(limitMs, maxReadMs))),
    patient,
  }
}
