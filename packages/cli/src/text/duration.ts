import { CliError } from '../exits/cli-error.ts'

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
// A hundred years: more is a mistake, and dates end somewhere.
const mostMs = 36_500 * 86_400_000

/** Reads a duration of a flag, such as `90d` or `24h`; also `0`. @returns milliseconds */
export function parseDuration(flag: string, text: string): number {
  const [, amount, unit = ''] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text) ?? []
  const ms = text === '0' ? 0 : Number(amount) * (unitMs[unit] ?? Number.NaN)
  if (ms >= 0 && ms <= mostMs) return ms
  const meant = /^\d{1,6}$/.test(text) ? `Did you mean ${text}d (days), or ${text}h (hours)?` : null
  throw new CliError(
    'usage',
    'usage',
    `${flag} takes a number and its unit (s, m, h, d, w), at most 36500d.`,
    meant ?? `Write ${flag} 90d, for example.`,
  )
}

/** Reads an end: a duration from now, `never`, a date in UTC, or RFC 3339. @returns ISO text; null for never */
export function parseExpiry(flag: string, text: string, now: number): string | null {
  if (text === 'never') return null
  if (/^\d+[a-z]*$/.test(text)) return new Date(now + parseDuration(flag, text)).toISOString()
  return parseInstant(flag, text)
}

/** Reads an instant: a date, which is midnight UTC, or RFC 3339 with a time zone. @returns ISO text */
export function parseInstant(flag: string, text: string): string {
  const [, year = '', month = '', day = '', time = 'T00:00:00Z'] =
    /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? []
  const at = Date.parse(`${year}-${month}-${day}${time}`)
  // JavaScript turns 30 February into 2 March.
  const exists = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day)
  if (year !== '' && exists && Number.isFinite(at)) return new Date(at).toISOString()
  throw new CliError(
    'usage',
    'usage',
    `${flag} takes a date such as 2030-01-31, a time such as 2030-01-31T12:00:00Z, or a duration such as 90d.`,
    'Times need a time zone: Z, or +02:00.',
  )
}
