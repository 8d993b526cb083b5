import { ValidationError } from '../../errors/errors.ts'
import { parseText } from '../shapes/checks.ts'

const longest = 128
const shownFront = 8
const shownEnd = 4
const without = '(imported)'

/**
 * What people recognise an imported token by. A hint that is longer loses its middle, since it may be most of a token.
 *
 * @throws {ValidationError}
 */
export function importedHint(given: unknown, mask: (text: string) => string): string {
  if (given === undefined || given === null || given === '') return without
  const text = parseText('hint', given, longest)
  if (/[\t\n]/.test(text) || /\p{Surrogate}/u.test(text)) {
    throw new ValidationError('hint', 'Expected hint to be one line of well-formed text.')
  }
  const masked = mask(text)
  if (masked.length <= shownFront + shownEnd) return masked
  const [front, end] = [masked.slice(0, shownFront), masked.slice(-shownEnd)]
  return `${front.replace(/[\ud800-\udbff]$/, '')}\u2026${end.replace(/^[\udc00-\udfff]/, '')}`
}
