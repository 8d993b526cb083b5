/*
 *   token       = prefix "_" environment "_" body check             ; at most 128 characters
 *   prefix      = lower *15( lower / digit )
 *   environment = lower *15( lower / digit )
 *   body        = 59base62
 *   check       = 6base62                                           ; CRC-32 of all before it, zero-padded
 *
 * The form is published, as `keyring.tokenPattern` is; a test compares this reader with the keyring's own.
 */
const form = /^([a-z][a-z0-9]{0,15})_([a-z][a-z0-9]{0,15})_[0-9A-Za-z]{65}$/
const head = /^[a-z][a-z0-9]{0,15}_[a-z][a-z0-9]{0,15}_/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const checkLength = 6

/** Everything behind the last `_`, in characters. */
export const bodyLength = 65

/** The parts of a token that are not secret. */
export interface TokenHead {
  readonly prefix: string
  readonly environment: string
}

/** Prefix and environment of a whole, undamaged token; undefined for any other text. */
export function readToken(text: string): TokenHead | undefined {
  const [, prefix, environment] = form.exec(text) ?? []
  if (prefix === undefined || environment === undefined || !hasRightCheck(text)) return undefined
  return { prefix, environment }
}

/** What a text begins with when it may be a damaged token: `acme_production_`. */
export function headOf(text: string): string | undefined {
  return head.exec(text)?.[0]
}

/** The part of a token that may be shown: `acme_production_7Fq2...9aXc`, with an ellipsis. */
export function maskToken(token: string): string {
  return `${token.slice(0, token.length - bodyLength + 4)}\u2026${token.slice(-4)}`
}

function hasRightCheck(text: string): boolean {
  return text.slice(-checkLength) === checkOf(text.slice(0, -checkLength))
}

function checkOf(text: string): string {
  let check = ''
  for (let rest = crc32(text); rest > 0; rest = Math.floor(rest / 62)) check = alphabet.charAt(rest % 62) + check
  return check.padStart(checkLength, '0')
}

/** CRC-32 as in zlib, which runtimes other than Node may lack. Without a table: it runs once for each process. */
function crc32(ascii: string): number {
  let crc = 0xffffffff
  for (let index = 0; index < ascii.length; index++) {
    crc ^= ascii.charCodeAt(index)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * 0xedb88320)
  }
  return (crc ^ 0xffffffff) >>> 0
}
