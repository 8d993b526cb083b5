import { hash } from 'node:crypto'

/** HMAC-SHA-256 of an ASCII text under one key: 32 bytes. */
export type Hmac = (ascii: string) => Buffer

/** What a stored HMAC begins with. */
export const hmacPrefix = '$hmac-sha256$'

const blockBytes = 64

/**
 * HMAC-SHA-256 as in RFC 2104: two one-shot hashes, over padded keys that are made once. The same bytes as `createHmac`,
 * whose object and finalizer cost more than the hashing.
 */
export function hmacUnder(key: Uint8Array): Hmac {
  const block = Buffer.alloc(blockBytes)
  block.set(key.length > blockBytes ? hash('sha256', key, 'buffer') : key)
  const padded = (pad: number): string => Buffer.from(block.map((byte) => byte ^ pad)).toString('latin1')
  const [inner, outer] = [padded(0x36), padded(0x5c)]
  // Texts of one byte a character: a digest as a Buffer costs twice as much.
  const digest = (bytes: string): string => hash('sha256', Buffer.from(bytes, 'latin1'), 'binary')
  return (ascii) => Buffer.from(digest(outer + digest(inner + ascii)), 'latin1')
}
