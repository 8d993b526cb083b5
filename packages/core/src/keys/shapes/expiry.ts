import { ValidationError } from '../../errors/errors.ts'
import { type Duration, durationForm, durationMs } from '../../input/duration.ts'

/** An instant as it may be given: a `Date`, epoch milliseconds, or RFC 3339 text with a time zone. */
export type Instant = Date | number | string

// RFC 3339 section 5.6, without leap seconds.
const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
// 9999-12-31: later is a mistake, seconds taken for milliseconds the other way round.
const latestInstant = 253_402_300_799_999

/**
 * Reads an instant strictly: no date that does not exist, no text without a zone.
 *
 * @returns epoch milliseconds
 * @throws {ValidationError} naming the field
 */
export function instantMs(field: string, value: unknown): number {
  const at = value instanceof Date ? value.getTime() : typeof value === 'string' ? fromText(value) : value
  if (Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) <= latestInstant) return at as number
  throw new ValidationError(
    field,
    `Expected ${field} to be a valid Date, epoch milliseconds, or RFC 3339 text such as 2030-01-31T12:00:00Z.`,
  )
}

function fromText(text: string): number | undefined {
  const [, year, month, day] = rfc3339.exec(text) ?? []
  if (day === undefined) return undefined
  // JavaScript turns 30 February into 2 March.
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return date.getUTCDate() === Number(day) ? Date.parse(text) : undefined
}

/** What is asked of a key's end. Both left out: never. */
export interface WantedExpiry {
  readonly expiresAt?: Instant | null
  readonly expiresIn?: Duration
}

/**
 * When a key is to end, as asked: null for never, undefined for nothing said. Pure.
 *
 * @throws {ValidationError} when it is not in the future, or both are given
 */
export function wantedEnd({ expiresAt, expiresIn }: WantedExpiry, now: number): number | null | undefined {
  if (expiresIn === undefined) {
    return expiresAt === undefined || expiresAt === null
      ? expiresAt
      : inFuture('expiresAt', instantMs('expiresAt', expiresAt), now)
  }
  if (expiresAt !== undefined) throw new ValidationError('expiresIn', 'Give expiresAt or expiresIn, not both.')
  const ms = durationMs(expiresIn)
  if (ms === undefined) throw new ValidationError('expiresIn', `Expected expiresIn to be ${durationForm}.`)
  return inFuture('expiresIn', instantMs('expiresIn', now + ms), now)
}

function inFuture(field: string, at: number, now: number): number {
  if (at > now) return at
  throw new ValidationError(field, 'Expected the key to expire in the future.')
}

/** Checks an end against `policy.maxLifetime`, counted from when the secret in use was made. */
export function requireLifetime(end: number | null, secretCreatedAt: number, maxLifetimeMs: number): void {
  if (maxLifetimeMs === Number.POSITIVE_INFINITY) return
  if (end === null)
    throw new ValidationError('expiresAt', 'Keys must expire here (policy.maxLifetime): give expiresAt.')
  if (end <= secretCreatedAt + maxLifetimeMs) return
  throw new ValidationError(
    'expiresAt',
    'expiresAt is later than policy.maxLifetime allows, counted from when the current secret was made.',
  )
}
