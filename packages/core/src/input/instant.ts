import { ValidationError } from '../errors/errors.ts'

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
