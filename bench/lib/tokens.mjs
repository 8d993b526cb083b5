import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Strings of the length of real tokens. */
export function randomTokens(count) {
  return Array.from({ length: count }, () => `acme_production_${randomBytes(33).toString('hex').slice(0, 65)}`)
}

/** A token with a right checksum that no store knows; with `id`, a wrong secret of that key. */
export function wellFormedToken(id = randomText(16)) {
  const unchecked = `acme_production_${id}${randomText(43)}`
  let rest = crc32(unchecked)
  let check = ''
  for (let digit = 0; digit < 6; digit += 1) {
    check = base62[rest % 62] + check
    rest = Math.floor(rest / 62)
  }
  return unchecked + check
}

function randomText(length) {
  let text = ''
  for (const byte of randomBytes(length)) text += base62[byte % 62]
  return text
}
