import { ConfigurationError } from './errors.ts'

/*
 * Each throws a ConfigurationError that names the option, the rule and what came.
 */

/** Refuses options nobody reads. */
export function checkNames(path: string, group: object | undefined, allowed: readonly string[]): void {
  for (const name of Object.keys(group ?? {})) {
    if (allowed.includes(name)) continue
    throw new ConfigurationError(`${path}${name}`, `There is no option ${path}${name}. Known: ${allowed.join(', ')}.`)
  }
}

/** A function, or nothing. */
export function optionalFunction<F>(option: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw new ConfigurationError(option, `Expected ${option} to be a function, got ${typeof value}.`)
}

/** True or false; false when left out. */
export function flag(option: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new ConfigurationError(option, `Expected ${option} to be true or false, got ${shown(value)}.`)
}

/** An integer within its range. */
export function integer(
  option: string,
  value: number | undefined,
  byDefault: number,
  least: number,
  most?: number,
): number {
  const chosen = amount(option, value, byDefault, least, most)
  if (Number.isSafeInteger(chosen)) return chosen
  throw new ConfigurationError(option, `Expected ${option} to be an integer, got ${shown(value)}.`)
}

/** A number within its range. */
function amount(
  option: string,
  value: number | undefined,
  byDefault: number,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const chosen = value ?? byDefault
  if (typeof chosen === 'number' && chosen >= least && chosen <= most) return chosen
  const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `from ${least} to ${most}`
  throw new ConfigurationError(option, `Expected ${option} to be a number ${range}, got ${shown(value)}.`)
}

/** A value as an error may show it. */
export function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : typeof value === 'number'
      ? `${value}`
      : typeof value
}
