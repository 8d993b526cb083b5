import { ConfigurationError } from '../errors/errors.ts'
import { durationMs } from './duration.ts'
import { plainFields } from './plain-fields.ts'
import { describeValue } from './describe-value.ts'

/*
 * Each throws a ConfigurationError that names the option, the rule and what came.
 */

/**
 * Reads options: a plain object's own fields, into an object without a prototype. Left out means none.
 *
 * @param call who takes them, such as `redisStore`
 * @param names every option there is
 * @throws {ConfigurationError} for a value that is not a plain object, and for an unknown option
 *
 * @example
 * const { namespace = 'claviger' } = parseOptions<{ namespace?: string }>('myStore', { namespace: 'acme' }, ['namespace'])
 */
export function parseOptions<Options extends object>(
  call: string,
  options: unknown,
  names: readonly (keyof Options & string)[],
): Options {
  const refuse = (option = 'options', message: string): Error => new ConfigurationError(option, message)
  return plainFields<Options>(options === undefined ? {} : options, names, { call, noun: 'option', refuse })
}

/** Reads a group of options, such as `policy`. Left out means none. */
export function parseGroup<Options extends object>(
  group: string,
  options: unknown,
  names: readonly (keyof Options & string)[],
): Options {
  const refuse = (option: string | undefined, message: string): Error =>
    new ConfigurationError(option === undefined ? group : `${group}.${option}`, message)
  return plainFields<Options>(options === undefined ? {} : options, names, { call: group, noun: 'option', refuse })
}

/** A function, or nothing. */
export function optionalFunction<F>(option: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw new ConfigurationError(option, `Expected ${option} to be a function, got ${describeValue(value)}.`)
}

/** True or false; false when left out. */
export function flag(option: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new ConfigurationError(option, `Expected ${option} to be true or false, got ${describeValue(value)}.`)
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
  throw new ConfigurationError(option, `Expected ${option} to be an integer, got ${describeValue(value)}.`)
}

/** A number within its range. */
function amount(
  option: string,
  value: number | undefined,
  byDefault: number,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const chosen = value === undefined ? byDefault : value
  if (typeof chosen === 'number' && chosen >= least && chosen <= most) return chosen
  const what = option.endsWith('Ms') ? 'a number of milliseconds' : 'a number'
  const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `from ${least} to ${most}`
  const meant = typeof value === 'string' && option.endsWith('Ms') ? durationMs(value) : undefined
  const hint = meant === undefined ? '' : ` Write ${meant}.`
  throw new ConfigurationError(
    option,
    `Expected ${option} to be ${what}, ${range}, got ${describeValue(value)}.${hint}`,
  )
}
