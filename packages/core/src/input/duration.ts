/** The units of a duration: milliseconds, seconds, minutes, hours, days of 24 hours, weeks. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w'

/** A length of time: integer milliseconds, or an integer with its unit, such as `'30s'`, `'24h'`, `'90d'`. */
export type Duration = number | `${number}${DurationUnit}`

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** What a duration looks like, for error texts. */
export const durationForm = "integer milliseconds, or an integer and its unit (ms, s, m, h, d, w) such as '24h'"

/**
 * Reads a duration. Total and strict: what is not exactly `Duration` with an integer of at least 0 gives undefined.
 *
 * @returns milliseconds, at most `Number.MAX_SAFE_INTEGER`
 */
export function durationMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? fromText(value) : value
  return Number.isSafeInteger(ms) && (ms as number) >= 0 ? (ms as number) : undefined
}

function fromText(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,16})(ms|s|m|h|d|w)$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * (unitMs[unit] ?? Number.NaN)
}
