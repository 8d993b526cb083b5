import type { Clock } from '../runtime/clock.ts'
import { createLru } from './lru.ts'

/**
 * Remembers for a moment which tokens are certainly not keys, in a memory of its own, so that they evict no honest
 * entry. By the whole token, for unknown ids and wrong secrets alike: remembering an unknown *id* would answer the
 * second guess at it without the store, and so tell it from an id that exists.
 */
export interface Negatives {
  /** Whether the token was refused lately, and nothing was announced about its key since (`stamp` of the fence). */
  has(digest: string, stamp: number): boolean
  add(digest: string, stamp: number): void
  readonly size: number
}

interface Negative {
  readonly addedAt: number
  readonly stamp: number
}

/** Makes a memory of at most `maxEntries`, each good for `lifetimeMs`. */
export function createNegatives(maxEntries: number, lifetimeMs: number, clock: Clock): Negatives {
  const negatives = createLru<Negative>(maxEntries)
  return {
    has(digest, stamp) {
      const negative = negatives.get(digest)
      if (negative === undefined) return false
      const ageMs = clock.now() - negative.addedAt
      if (negative.stamp === stamp && ageMs >= 0 && ageMs < lifetimeMs) return true
      negatives.delete(digest)
      return false
    },
    add: (digest, stamp) => negatives.set(digest, { addedAt: clock.now(), stamp }),
    get size() {
      return negatives.size
    },
  }
}
