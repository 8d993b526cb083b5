import { ConfigurationError } from '@claviger/core'

/**
 * Reads an option that is an integer.
 *
 * @throws {ConfigurationError} for everything else, and outside its range
 */
export function integer(option: string, value: unknown, byDefault: number, least: number, most: number): number {
  const chosen = value === undefined ? byDefault : value
  if (typeof chosen === 'number' && Number.isSafeInteger(chosen) && chosen >= least && chosen <= most) return chosen
  const got = typeof chosen === 'number' ? `${chosen}` : typeof chosen
  throw new ConfigurationError(option, `Expected ${option} to be an integer from ${least} to ${most}, got ${got}.`)
}
