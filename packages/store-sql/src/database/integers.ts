import { CorruptRecordError } from '@claviger/core/store'

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
