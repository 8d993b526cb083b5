import { hash, randomBytes } from 'node:crypto'
import type { Carrier } from './verdict.ts'

/** Names a text within this process without holding it: a 32-character binary string. */
export type Digest = (text: string) => string

/** One digest per use, so that no use's name is ever another's. */
export type Digests = Readonly<Record<Carrier | 'proof', Digest>>

/**
 * One-shot SHA-256, keyed by a 128-bit prefix made for this process: a cache key that tells nothing of the token and
 * that nobody outside can aim at. Key and use have fixed lengths, so no two inputs meet.
 */
export function createDigests(): Digests {
  const key = randomBytes(16).toString('base64url')
  const digest = (use: string): Digest => {
    const prefix = key + use
    return (text) => hash('sha256', prefix + text, 'binary')
  }
  return { bearer: digest('b'), header: digest('h'), direct: digest('d'), proof: digest('p') }
}
