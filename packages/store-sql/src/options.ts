import { ConfigurationError, describeValue } from '@claviger/core/store'

/** Options of every SQL store. */
export interface SqlStoreOptions {
  /**
   * Stands before every table name. Matches `[A-Za-z_][A-Za-z0-9_]{0,30}`. Default `claviger_`.
   * Stores with different prefixes share nothing.
   */
  readonly tablePrefix?: string
  /** How many changes `poll` can return; a caller further behind gets `gap`. Default 1 000. */
  readonly changeLogLength?: number
}

/** Options of a store on a database server. */
export interface ServerStoreOptions extends SqlStoreOptions {
  /**
   * How long a call waits for the answer to each statement, in milliseconds, and three quarters of it for a connection
   * before. A connection that does not answer is closed, and so are those that were idle before. Reading keys and
   * polling wait a second at most; migrating as long as it takes. Default 3 000.
   */
  readonly statementTimeoutMs?: number
}

/** Options of `postgresStore`. */
export interface PostgresStoreOptions extends ServerStoreOptions {
  /** The schema of the tables. Matches `[A-Za-z_][A-Za-z0-9_]{0,30}`. Default: the first of `search_path`. */
  readonly schema?: string
}

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions extends SqlStoreOptions {
  /** How long a call tries again while another process writes, in milliseconds. Default 800. */
  readonly busyTimeoutMs?: number
}

/** Every option of every SQL store. */
export const generalNames = ['tablePrefix', 'changeLogLength'] as const

const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,30}$/

/** @throws {ConfigurationError} for what is not a plain identifier */
export function parseIdentifier(option: string, value: unknown): string {
  if (typeof value === 'string' && identifier.test(value)) return value
  throw new ConfigurationError(option, `${option} must match ${identifier.source}, got ${describeValue(value)}.`)
}

/** @throws {ConfigurationError} for what is not an integer of at least `least` */
export function parseCount(option: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw new ConfigurationError(
    option,
    `${option} must be an integer of at least ${least}, got ${describeValue(value)}.`,
  )
}
