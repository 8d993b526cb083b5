import { CorruptRecordError, ValidationError } from '@claviger/core/store'

const most = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Reads a 64-bit integer exactly, as whatever the driver gives: a number, a bigint or a decimal text. Beyond the
 * largest safe integer it stays there.
 *
 * @throws {CorruptRecordError} for anything else
 */
export function integer(value: unknown, field = 'integer'): number {
  if (typeof value === 'number' && Number.isInteger(value)) return Math.min(value, Number.MAX_SAFE_INTEGER)
  if (typeof value === 'bigint') return saturated(value)
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return saturated(BigInt(value))
  throw new CorruptRecordError(field, 'an integer')
}

/** As `integer`, or null. */
export function nullableInteger(value: unknown, field = 'integer'): number | null {
  return value === null ? null : integer(value, field)
}

function saturated(value: bigint): number {
  return Number(value > most ? most : value < -most ? -most : value)
}

const maxLength = 255

/**
 * Whether every database stores this text exactly and compares it by nothing but its characters: PostgreSQL has no NUL,
 * and halves of surrogate pairs have no UTF-8, so that two different ones would be stored as the same.
 */
export function isStorable(text: string): boolean {
  return text.length <= maxLength && !/[\0\p{Surrogate}]/u.test(text)
}

/**
 * @throws {ValidationError} for a text that a column could not give back as it came
 */
export function requireStorable(text: string, field: string): void {
  if (isStorable(text)) return
  throw new ValidationError(
    field,
    `${field} must be well-formed text of at most ${maxLength} characters without NUL: a SQL database stores no other.`,
  )
}

/** Cuts a list into pieces: databases bound the parameters of one statement. */
export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
