import { hash, randomBytes } from 'node:crypto'

/** Hashes a text under this process's random key. `domain` is one character and keeps uses apart. */
export type Digest = (domain: string, text: string) => string

/**
 * One-shot SHA-256, keyed by a 128-bit prefix, as a 32-character binary string: a cache key that holds nothing of the
 * token and that nobody outside this process can aim at. Key and domain have fixed lengths, so no two inputs meet.
 */
export function createDigest(): Digest {
  const key = randomBytes(16).toString('base64url')
  return (domain, text) => hash('sha256', key + domain + text, 'binary')
}
