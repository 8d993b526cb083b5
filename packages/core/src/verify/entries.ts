import { LRUCache } from 'lru-cache'
import { bucketOf } from './bucket.ts'
import type { Verification } from './verdict.ts'

/*
 * One LRU, two lifetimes. The proof ("this token matched this stored hash") never goes stale, since it is compared with
 * the record's hash whenever the record is read again. The verdict, made from record and owner, lives until its
 * deadline and is cleared by every invalidation.
 */

/** What is remembered of one credential as it was spelt. */
export interface Entry {
  // What a hit reads comes first and is small integers: one cache line, and no number object to follow.
  /** Undefined once invalidated. */
  verdict: Verification | undefined
  /** When the verdict was made: milliseconds since the memory's origin. */
  filledAt: number
  /** The verdict counts while its age is at least 0 and less than this. Milliseconds; 0 once invalidated. */
  lifetimeMs: number
  /** From this age on a use of the entry reads it anew in the background. Milliseconds. */
  refreshAgeMs: number
  readonly digest: string
  readonly keyId: string
  /** Keyed digest of token and stored hash: equal proofs mean the same token was proven against the same hash. */
  proof: string
  /** The next entry in the same bucket. */
  next: Entry | undefined
}

/** What a fill brings. Instants are epoch milliseconds. */
export interface Fill {
  readonly digest: string
  readonly keyId: string
  readonly proof: string
  readonly verdict: Verification
  readonly filledAt: number
  /** The verdict counts while `filledAt <= now < deadline`. */
  readonly deadline: number
  /** From when on a use of the entry reads it anew in the background. */
  readonly refreshAt: number
}

/** The bounded memory of verified credentials. */
export interface Entries {
  /** The entry of a digest, whatever its state; a use for the LRU. */
  get(digest: string): Entry | undefined
  /** How old the verdict of an entry is, milliseconds; negative when the clock was set back. */
  ageMs(entry: Entry, now: number): number
  fill(fill: Fill): void
  /** Whether some spelling of this token was proven against this hash before. */
  hasProof(keyId: string, proof: string): boolean
  /** After a rehash: the token behind `oldProof` is proven against the new hash as well. */
  replaceProof(keyId: string, oldProof: string, newProof: string): void
  /** The remembered verdicts of a key. */
  verdictsOf(keyId: string): Verification[]
  /** Drops the verdicts of a key; proofs stay. */
  clearKey(keyId: string): void
  /** Drops the verdicts that a predicate picks; looks at every entry. */
  clearWhere(concerns: (verdict: Verification) => boolean): void
  /** Drops every verdict; proofs stay. */
  clearAll(): void
  readonly size: number
}

// Three carriers, two secrets; the rest is slack. No client can make one key evict others by spelling it in new ways.
const maxEntriesPerKey = 8
// Beyond 2^30 V8 may keep integers on the heap: about every twelve days the origin moves, and every verdict is made anew.
const maxSinceOriginMs = 2 ** 30
// A read that began before the one that moved the origin still fits.
const originLeadMs = 3_600_000

/** Makes a memory of at most `maxEntries` credentials. */
export function createEntries(maxEntries: number): Entries {
  let origin = Number.NEGATIVE_INFINITY
  // Finds the entries of a key. A chain for each bucket, since a Map of keys would weigh half as much as the entries.
  const buckets = Array.from<Entry | undefined>({ length: maxEntries })
  const lru = new LRUCache<string, Entry>({ max: maxEntries, dispose: (entry) => unlink(entry) })

  const chain = function* (keyId: string): Generator<Entry> {
    for (let entry = buckets[bucketOf(keyId, maxEntries)]; entry !== undefined; entry = entry.next) {
      if (entry.keyId === keyId) yield entry
    }
  }

  const unlink = (entry: Entry): void => {
    const bucket = bucketOf(entry.keyId, maxEntries)
    if (buckets[bucket] === entry) buckets[bucket] = entry.next
    for (let other = buckets[bucket]; other !== undefined; other = other.next) {
      if (other.next === entry) other.next = entry.next
    }
  }

  const trim = (keyId: string): void => {
    const entries = [...chain(keyId)]
    const oldest = entries.length > maxEntriesPerKey ? entries.at(-1) : undefined
    if (oldest !== undefined) lru.delete(oldest.digest)
  }

  const insert = ({ digest, keyId, proof }: Fill): Entry => {
    const entry: Entry = {
      verdict: undefined,
      filledAt: 0,
      lifetimeMs: 0,
      refreshAgeMs: 0,
      digest,
      keyId,
      proof,
      next: undefined,
    }
    // May drop the least used entry, which may be the first of this bucket.
    lru.set(digest, entry)
    const bucket = bucketOf(keyId, maxEntries)
    entry.next = buckets[bucket]
    buckets[bucket] = entry
    trim(keyId)
    return entry
  }

  const clearAll = (): void => {
    for (const entry of lru.values()) clear(entry)
  }

  const sinceOriginMs = (instant: number): number => {
    if (instant < origin || instant - origin > maxSinceOriginMs) {
      clearAll()
      origin = instant - originLeadMs
    }
    // A difference alone would be a number object on the heap, one more place for every hit to look at.
    return (instant - origin) | 0
  }

  return {
    get: (digest) => lru.get(digest),

    ageMs: (entry, now) => now - origin - entry.filledAt,

    fill(fill) {
      const filledAt = sinceOriginMs(fill.filledAt)
      const known = lru.get(fill.digest)
      // A read that began earlier may end later: it must not put back what a newer one replaced.
      if (known?.verdict !== undefined && known.filledAt > filledAt) return
      const entry = known ?? insert(fill)
      entry.verdict = fill.verdict
      entry.filledAt = filledAt
      entry.lifetimeMs = Math.ceil(fill.deadline - fill.filledAt)
      entry.refreshAgeMs = Math.ceil(fill.refreshAt - fill.filledAt)
      entry.proof = fill.proof
    },

    hasProof(keyId, proof) {
      for (const entry of chain(keyId)) if (entry.proof === proof) return true
      return false
    },

    replaceProof(keyId, oldProof, newProof) {
      for (const entry of chain(keyId)) if (entry.proof === oldProof) entry.proof = newProof
    },

    verdictsOf: (keyId) => [...chain(keyId)].flatMap(({ verdict }) => verdict ?? []),

    clearKey(keyId) {
      for (const entry of chain(keyId)) clear(entry)
    },

    clearWhere(concerns) {
      for (const entry of lru.values()) if (entry.verdict !== undefined && concerns(entry.verdict)) clear(entry)
    },

    clearAll,

    get size() {
      return lru.size
    },
  }
}

function clear(entry: Entry): void {
  entry.verdict = undefined
  entry.lifetimeMs = 0
}
