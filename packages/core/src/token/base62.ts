/** Digits, upper case, lower case: the alphabet of ids, secrets and checks, in order of value. */
export const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Writes a non-negative integer in base62, padded on the left with zeros to `length` characters. */
export function base62Padded(value: number, length: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = base62Alphabet.charAt(rest % 62) + text
  return text.padStart(length, '0')
}
