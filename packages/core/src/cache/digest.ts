import { hash, randomBytes } from 'node:crypto'
import type { Carrier } from '../verification/verification.ts'

/** Names a text within this process without holding it: a binary string of 32 characters, or 16 for a proof. */
export type Digest = (text: string) => string

/** One digest per use, so that no use's name is ever another's. */
export type Digests = Readonly<Record<Carrier | 'proof', Digest>>

/**
 * One-shot SHA-256, keyed by a 128-bit prefix made for this process: a cache key that reveals nothing about the token
 * and cannot be predicted from outside. Key and use have fixed lengths, so no two inputs meet.
 */
export function createDigests(): Digests {
  const key = randomBytes(16).toString('base64url')
  const digest = (use: string): Digest => {
    const prefix = key + use
    return (text) => hash('sha256', prefix + text, 'binary')
  }
  // Never a key of a table, and one is kept for each entry: 128 bits. A `slice` would keep the whole of it alive.
  const proofPrefix = `${key}p`
  const proof: Digest = (text) => hash('sha256', proofPrefix + text, 'buffer').toString('latin1', 0, 16)
  return { bearer: digest('b'), header: digest('h'), direct: digest('d'), proof }
}

/** The token of a field that a digest is made of. */
export function tokenIn(carrier: Carrier, field: string): string {
  return carrier === 'bearer' ? field.slice('Bearer '.length) : field
}
