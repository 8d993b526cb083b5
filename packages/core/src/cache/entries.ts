import type { Verification } from '../verification/verification.ts'
import type { BucketOf } from './bucket.ts'
import { createRooms } from './rooms.ts'
import { createSlotLists, type SlotLists } from './slot-lists.ts'

/*
 * One memory, two lifetimes. The proof ("this token matched this stored hash") never goes stale, since it is compared
 * with the record's hash whenever the record is read again. The verification, made from record and owner, lives until its
 * deadline and is cleared by every invalidation.
 *
 * And two rooms: keys that are refused although their secret is right evict none that is good.
 */

/** What is remembered of one credential as it was spelt. */
export interface Entry {
  // What a hit reads comes first and is small integers: one cache line, and no number object to follow.
  /** Undefined once invalidated. */
  verification: Verification | undefined
  /** When the verification was made: milliseconds since the memory's origin. */
  filledAt: number
  /** The verification counts while its age is at least 0 and less than this. Milliseconds; 0 once invalidated. */
  lifetimeMs: number
  /** Age at which a use of the entry starts to read it again in the background, milliseconds. */
  refreshAgeMs: number
  /** Where the entry stands in the lists. */
  slot: number
  readonly digest: string
  readonly keyId: string
  /** Keyed digest of token and stored hash: equal proofs mean the same token was proven against the same hash. */
  proof: string
}

/** What a fill brings. Instants are epoch milliseconds. */
export interface Fill {
  readonly digest: string
  readonly keyId: string
  readonly workspaceId: string
  /** Names the owner, in its workspace. */
  readonly owner: string
  readonly proof: string
  readonly verification: Verification
  /** What the verification takes, at most, with all that hangs on it. */
  readonly bytes: number
  readonly filledAt: number
  /** The verification counts while `filledAt <= now < deadline`. */
  readonly deadline: number
  /** Instant after which a use of the entry reads it again in the background. */
  readonly refreshAt: number
}

/** How much is remembered. */
export interface EntryLimits {
  /** Credentials of good keys. */
  readonly maxEntries: number
  /** What these take together. */
  readonly maxBytes: number
  /** Credentials of keys that are refused although the secret is right. */
  readonly maxRefused: number
  /** Whose verification is older than this is not in use any more. Milliseconds. */
  readonly idleMs: number
}

/** The bounded memory of proven credentials. */
export interface Entries {
  /** The entry of a digest, whatever its state; counts as a use. */
  get(digest: string): Entry | undefined
  /** How old the verification of an entry is, milliseconds; negative when the clock was set back. */
  ageMs(entry: Entry, now: number): number
  fill(fill: Fill): void
  /** Whether some spelling of this token was proven against this hash before. */
  hasProof(keyId: string, proof: string): boolean
  /** After a rehash: the token behind `oldProof` is proven against the new hash as well. */
  replaceProof(keyId: string, oldProof: string, newProof: string): void
  /** The remembered verifications of a key. */
  verificationsOf(keyId: string): Verification[]
  /** Whether a predicate picks any verification on an owner's keys. */
  hasVerificationOn(owner: string, isConcerned: (verification: Verification) => boolean): boolean
  /** Drops the verifications of a key; proofs stay. */
  clearKey(keyId: string): void
  /**
   * Drops the verifications on an owner's keys, of which those that are refused do not say whose they are. Looks at what was
   * filled since it was last called for this owner, not at everything.
   */
  clearOwner(owner: string, isConcerned: (verification: Verification) => boolean): void
  /** Drops the verifications that a predicate picks; looks at every entry. */
  clearWhere(isConcerned: (verification: Verification) => boolean): void
  /** Drops every verification; proofs stay. */
  clearAll(): void
  readonly size: number
}

// Three carriers, two secrets; the rest is slack. No client can make one key evict others by spelling it in new ways.
const maxEntriesPerKey = 8
// Beyond 2^30 V8 may keep integers on the heap: about every twelve days the origin moves, and every verification is
// repeated.
const maxSinceOriginMs = 2 ** 30
// A read that began before the one that moved the origin still fits.
const originLeadMs = 3_600_000
const [good, refused] = [0, 1]
// A refusal hangs on nothing.
const refusalBytes = 512

/** Makes an empty memory. */
export function createEntries({ maxEntries, maxBytes, maxRefused, idleMs }: EntryLimits, bucketOf: BucketOf): Entries {
  let origin = Number.NEGATIVE_INFINITY
  let newestMs = 0
  const byDigest = new Map<string, Entry>()
  const inSlot: (Entry | undefined)[] = []
  const rooms = createRooms(
    [
      { maxEntries, maxBytes },
      { maxEntries: maxRefused, maxBytes: maxRefused * refusalBytes },
    ],
    bucketOf,
    (slot) => newestMs - (inSlot[slot]?.filledAt ?? 0) > idleMs,
  )
  // Find the entries of a key, and those of an owner that have a verification. Hashed: a Map of keys or owners would weigh
  // half as much as the entries.
  const buckets = Math.ceil(rooms.slots / 2)
  const byKey = createSlotLists(rooms.slots, buckets)
  const byOwner = createSlotLists(rooms.slots, buckets)
  for (let slot = 0; slot < rooms.slots; slot += 1) inSlot.push(undefined)

  const entriesIn = function* (lists: SlotLists, list: number): Generator<Entry> {
    let slot = lists.first(list)
    while (slot !== undefined) {
      const next = lists.after(slot)
      const entry = inSlot[slot]
      if (entry !== undefined) yield entry
      slot = next
    }
  }

  const ofKey = function* (keyId: string): Generator<Entry> {
    for (const entry of entriesIn(byKey, bucketOf(keyId, buckets))) if (entry.keyId === keyId) yield entry
  }

  const clear = (entry: Entry): void => {
    entry.verification = undefined
    entry.lifetimeMs = 0
    byOwner.remove(entry.slot)
  }

  const clearAll = (): void => {
    for (const entry of byDigest.values()) clear(entry)
  }

  const leave = ({ slot }: Entry): void => {
    byKey.remove(slot)
    byOwner.remove(slot)
    rooms.release(slot)
    inSlot[slot] = undefined
  }

  const drop = (entry: Entry): void => {
    leave(entry)
    byDigest.delete(entry.digest)
  }

  const trim = (keyId: string): void => {
    const entries = [...ofKey(keyId)]
    const oldest = entries.length > maxEntriesPerKey ? entries.at(-1) : undefined
    if (oldest !== undefined) drop(oldest)
  }

  const enter = (entry: Entry, { keyId, workspaceId, owner, verification, bytes }: Fill): void => {
    const room = verification.ok ? good : refused
    const weight = verification.ok ? bytes : refusalBytes
    for (let slot = rooms.inTheWay(room, weight); slot !== undefined; slot = rooms.inTheWay(room, weight)) {
      const other = inSlot[slot]
      if (other === undefined) break
      drop(other)
    }
    entry.slot = rooms.take(room, workspaceId, weight)
    inSlot[entry.slot] = entry
    byKey.add(bucketOf(keyId, buckets), entry.slot)
    byOwner.add(bucketOf(owner, buckets), entry.slot)
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
    get(digest) {
      const entry = byDigest.get(digest)
      if (entry !== undefined) rooms.touch(entry.slot)
      return entry
    },

    ageMs: (entry, now) => now - origin - entry.filledAt,

    fill(fill) {
      const filledAt = sinceOriginMs(fill.filledAt)
      newestMs = filledAt
      const known = byDigest.get(fill.digest)
      // A read that began earlier may end later: it must not put back what a newer one replaced.
      if (known?.verification !== undefined && known.filledAt > filledAt) return
      const entry = known ?? newEntry(fill)
      // Good or refused, light or heavy: it may be another room than before.
      if (known === undefined) byDigest.set(fill.digest, entry)
      else leave(entry)
      enter(entry, fill)
      entry.verification = fill.verification
      entry.filledAt = filledAt
      entry.lifetimeMs = Math.ceil(fill.deadline - fill.filledAt)
      entry.refreshAgeMs = Math.ceil(fill.refreshAt - fill.filledAt)
      entry.proof = fill.proof
      if (known === undefined) trim(fill.keyId)
    },

    hasProof(keyId, proof) {
      for (const entry of ofKey(keyId)) if (entry.proof === proof) return true
      return false
    },

    replaceProof(keyId, oldProof, newProof) {
      for (const entry of ofKey(keyId)) if (entry.proof === oldProof) entry.proof = newProof
    },

    verificationsOf: (keyId) => [...ofKey(keyId)].flatMap(({ verification }) => verification ?? []),

    hasVerificationOn(owner, isConcerned) {
      for (const { verification } of entriesIn(byOwner, bucketOf(owner, buckets))) {
        if (verification !== undefined && isConcerned(verification)) return true
      }
      return false
    },

    clearKey(keyId) {
      for (const entry of ofKey(keyId)) clear(entry)
    },

    clearOwner(owner, isConcerned) {
      for (const entry of entriesIn(byOwner, bucketOf(owner, buckets))) {
        if (entry.verification === undefined || !entry.verification.ok || isConcerned(entry.verification)) clear(entry)
      }
    },

    clearWhere(isConcerned) {
      for (const entry of byDigest.values()) {
        if (entry.verification !== undefined && isConcerned(entry.verification)) clear(entry)
      }
    },

    clearAll,

    get size() {
      return rooms.size
    },
  }
}

function newEntry({ digest, keyId, proof }: Fill): Entry {
  return { verification: undefined, filledAt: 0, lifetimeMs: 0, refreshAgeMs: 0, slot: 0, digest, keyId, proof }
}
