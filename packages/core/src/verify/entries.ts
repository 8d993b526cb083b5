import { LRUCache } from 'lru-cache'
import type { Verification } from './verdict.ts'

/*
 * One LRU, two lifetimes. The proof ("this token matched this stored hash") never goes stale, since it is compared with
 * the record's hash whenever the record is read again. The verdict, made from record and owner, lives until its
 * deadline and is cleared by every invalidation.
 */

/** What is remembered of one credential as it was spelt. */
export interface Entry {
  readonly digest: string
  readonly keyId: string
  /** Keyed digest of token and stored hash: equal proofs mean the same token was proven against the same hash. */
  proof: string
  /** Undefined once invalidated. */
  verdict: Verification | undefined
  /** The verdict counts while `filledAt <= now < deadline`. Epoch milliseconds. */
  filledAt: number
  deadline: number
  /** From when on a use of the entry reads it anew in the background. */
  refreshAt: number
  /** The next entry of the same key. */
  sibling: Entry | undefined
}

/** What a fill brings. */
export type Fill = Pick<Entry, 'digest' | 'keyId' | 'proof' | 'filledAt' | 'deadline' | 'refreshAt'> & {
  readonly verdict: Verification
}

/** The bounded memory of verified credentials. */
export interface Entries {
  /** The entry of a digest, whatever its state; a use for the LRU. */
  get(digest: string): Entry | undefined
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

// Entries of a key hang together in a chain: a Set for each key would weigh more than the entries.
// Three carriers, two secrets; the rest is slack. No client can make one key evict others by spelling it in new ways.
const maxEntriesPerKey = 8

/** Makes a memory of at most `maxEntries` credentials. */
export function createEntries(maxEntries: number): Entries {
  const firstOfKey = new Map<string, Entry>()
  const lru = new LRUCache<string, Entry>({ max: maxEntries, dispose: (entry) => unlink(entry) })

  const chain = function* (keyId: string): Generator<Entry> {
    for (let entry = firstOfKey.get(keyId); entry !== undefined; entry = entry.sibling) yield entry
  }

  const unlink = (entry: Entry): void => {
    const first = firstOfKey.get(entry.keyId)
    if (first === entry) {
      if (entry.sibling === undefined) firstOfKey.delete(entry.keyId)
      else firstOfKey.set(entry.keyId, entry.sibling)
      return
    }
    for (const other of chain(entry.keyId)) if (other.sibling === entry) other.sibling = entry.sibling
  }

  const trim = (keyId: string): void => {
    const entries = [...chain(keyId)]
    const oldest = entries.length > maxEntriesPerKey ? entries.at(-1) : undefined
    if (oldest !== undefined) lru.delete(oldest.digest)
  }

  return {
    get: (digest) => lru.get(digest),

    fill(fill) {
      const known = lru.get(fill.digest)
      if (known !== undefined) {
        // A read that began earlier may end later: it must not put back what a newer one replaced.
        if (known.verdict === undefined || known.filledAt <= fill.filledAt) refill(known, fill)
        return
      }
      const entry = makeEntry(fill, firstOfKey.get(fill.keyId))
      firstOfKey.set(fill.keyId, entry)
      lru.set(fill.digest, entry)
      trim(fill.keyId)
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

    clearAll() {
      for (const entry of lru.values()) clear(entry)
    },

    get size() {
      return lru.size
    },
  }
}

// Written out: a spread keeps most fields of the copy in a second object, and `Object.assign` is slow. A hit on one of
// 1 000 keys cost 1.7 times as much.
function makeEntry(
  { digest, keyId, proof, verdict, filledAt, deadline, refreshAt }: Fill,
  sibling: Entry | undefined,
): Entry {
  return { verdict, filledAt, deadline, refreshAt, digest, keyId, proof, sibling }
}

function refill(entry: Entry, { proof, verdict, filledAt, deadline, refreshAt }: Fill): void {
  entry.proof = proof
  entry.verdict = verdict
  entry.filledAt = filledAt
  entry.deadline = deadline
  entry.refreshAt = refreshAt
}

function clear(entry: Entry): void {
  entry.verdict = undefined
  entry.deadline = Number.NEGATIVE_INFINITY
}
