import type { Hmac } from './hmac.ts'

const domain = 'claviger pepper\0'
const bytes = 6

/**
 * What tells one pepper from another without giving it away: 8 characters, an HMAC of a constant. It stands beside what
 * was made under the pepper. Another secret under the same id would otherwise look like a wrong token.
 */
export function fingerprintUnder(hmac: Hmac): string {
  return hmac(domain).subarray(0, bytes).toString('base64url')
}
