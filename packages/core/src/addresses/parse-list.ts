import { ValidationError } from '../errors/errors.ts'
import { describeValue, kindOf } from '../input/describe-value.ts'
import { maxAddresses } from './address-list.ts'
import { parseRange, rangeText } from './range.ts'

/**
 * Checks a list of addresses and CIDR ranges that a caller gave.
 *
 * @returns them normalised, sorted, each once
 * @throws {ValidationError} naming the first invalid one
 */
export function parseAddressList(field: string, given: unknown): readonly string[] {
  if (!Array.isArray(given) || given.length > maxAddresses) {
    const got = Array.isArray(given) ? String(given.length) : kindOf(given)
    throw new ValidationError(field, `Expected ${field} to be a list of at most ${maxAddresses}, got ${got}.`)
  }
  // Array.from visits holes too: a sparse list must not slip through.
  const texts = Array.from(given as readonly unknown[], (text, index) => {
    const range = parseRange(text)
    if (range !== undefined) return rangeText(range)
    throw new ValidationError(
      `${field}[${index}]`,
      `Expected ${field}[${index}] to be an address or a range such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32, got ` +
        `${describeValue(text)}.`,
    )
  })
  return [...new Set(texts)].sort()
}
