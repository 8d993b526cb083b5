import { ConfigurationError } from '@claviger/core/store'

/** Options of every SQL store. */
export interface SqlStoreOptions {
  /**
   * Stands before every table name. Matches `[A-Za-z_][A-Za-z0-9_]{0,30}`. Default `claviger_`.
   * Stores with different prefixes share nothing.
   */
  readonly tablePrefix?: string
  /** How many changes `poll` can still tell of; a caller further behind is told `gap`. Default 1 000. */
  readonly changeLogLength?: number
  /** SQLite: how long a call tries while another process writes, in milliseconds. Default 800. */
  readonly busyTimeoutMs?: number
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,30}$/

/**
 * Fills in what was left out.
 *
 * @throws {ConfigurationError} naming the first option that is wrong
 */
export function checkedOptions(options: SqlStoreOptions): Required<SqlStoreOptions> {
  const { tablePrefix = 'claviger_', changeLogLength = 1_000, busyTimeoutMs = 800 } = options
  return {
    tablePrefix: checkedIdentifier('tablePrefix', tablePrefix),
    changeLogLength: checkedCount('changeLogLength', changeLogLength),
    busyTimeoutMs: checkedCount('busyTimeoutMs', busyTimeoutMs),
  }
}

/** @throws {ConfigurationError} for what is no plain identifier */
export function checkedIdentifier(option: string, value: unknown): string {
  if (typeof value === 'string' && identifier.test(value)) return value
  throw new ConfigurationError(
    option,
    `${option} must match ${identifier.source}, got ${typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value}.`,
  )
}

function checkedCount(option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new ConfigurationError(option, `${option} must be an integer of at least 0.`)
}
