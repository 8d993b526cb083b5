import { randomBytes } from 'node:crypto'

/** Strings of the length of real tokens. */
export function randomTokens(count) {
  return Array.from({ length: count }, () => `acme_production_${randomBytes(33).toString('hex').slice(0, 65)}`)
}
