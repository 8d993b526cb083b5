import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { randomTokens } from '../../lib/tokens.mjs'

/** A keyed one-shot SHA-256 and an LRU: the least that keeps raw tokens out of a bounded cache. No state is checked. */
export function prepare(count) {
  const key = randomBytes(16).toString('base64url')
  const digest = (header) => hash('sha256', key + header, 'binary')
  const tokens = randomTokens(count)
  const known = new LRUCache({ max: Math.max(count, 10_000) })
  for (const token of tokens) known.set(digest(`Bearer ${token}`), { id: token.slice(0, 16) })
  const find = (header) => known.get(digest(header))
  return { tokens, find, verify: (header) => find(header) !== undefined }
}
