import { crc32 } from 'node:zlib'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Writes a token with a right check, as anyone can who has read the grammar. No one issued it.
 *
 * @param start prefix and environment, e.g. `acme_production_`
 */
export function forgeToken(start: string, id: string, secret: string): string {
  const unchecked = `${start}${id}${secret}`
  let check = ''
  for (let rest = crc32(unchecked); rest > 0; rest = Math.floor(rest / 62)) check = alphabet.charAt(rest % 62) + check
  return unchecked + check.padStart(6, '0')
}

/** The token of the same key with another secret, and a right check. */
export function withOtherSecret(token: string): string {
  const start = token.length - 65
  return forgeToken(token.slice(0, start), token.slice(start, start + 16), 'Z'.repeat(43))
}
