import { describeValue } from './describe-value.ts'

/** The units of a duration: milliseconds, seconds, minutes, hours, days of 24 hours, weeks. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w'

/**
 * A length of time: an integer and its unit, such as `'30s'`, `'24h'`, `'90d'`. A number is milliseconds, 0 or at least
 * 1 000: `90` is refused, because it was meant as `'90d'`.
 */
export type Duration = number | `${number}${DurationUnit}`

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const unitNames: Readonly<Record<'h' | 'd', string>> = { h: 'hours', d: 'days' }

/** Less than this is no length of time that someone counts in milliseconds. */
const leastBareMs = 1_000

/**
 * Reads a duration. Total and strict: what is not exactly a text of `Duration`, or an integer of at least 0, gives
 * undefined.
 *
 * @returns milliseconds, at most `Number.MAX_SAFE_INTEGER`
 */
export function durationMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? fromText(value) : value
  return Number.isSafeInteger(ms) && (ms as number) >= 0 ? (ms as number) : undefined
}

/**
 * Reads a duration on the scale of people: hours, days. A number below 1 000 was meant in the usual unit, and not in
 * milliseconds.
 *
 * @param field whose it is, for the error
 * @param usual the unit that people give this field in
 * @param refuse makes the error of a message
 */
export function parseDuration(
  field: string,
  value: unknown,
  usual: 'h' | 'd',
  refuse: (message: string) => Error,
): number {
  const ms = durationMs(value)
  if (ms !== undefined && !(typeof value === 'number' && value > 0 && value < leastBareMs)) return ms
  throw refuse(wrongDuration(field, value, usual))
}

/** Says what is wrong with a duration, and what was probably meant. */
export function wrongDuration(field: string, value: unknown, usual: 'h' | 'd'): string {
  const count = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value
  if (typeof count === 'number' && Number.isSafeInteger(count) && count > 0 && count < leastBareMs) {
    const got = typeof value === 'number' ? `${count} would be ${count} milliseconds` : `"${count}" has no unit`
    return `${field}: ${got}. Write '${count}${usual}' for ${count} ${unitNames[usual]}, or '${count}ms'.`
  }
  return (
    `Expected ${field} to be an integer and its unit (ms, s, m, h, d, w), such as '${usual === 'd' ? 90 : 24}${usual}', ` +
    `or at least ${leastBareMs} milliseconds, got ${describeValue(value)}.`
  )
}

function fromText(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,16})(ms|s|m|h|d|w)$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * (unitMs[unit] ?? Number.NaN)
}
