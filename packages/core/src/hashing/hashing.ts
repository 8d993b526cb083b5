import { timingSafeEqual } from 'node:crypto'
import type { WorkQueue } from '../bounds/work-queue.ts'
import { ConfigurationError, isClavigerError, UnavailableError } from '../errors/errors.ts'
import type { HealthFacts } from '../reporting/health-facts.ts'
import type { SecretRecord } from '../store/records.ts'
import { argon2Parameters, hashArgon2, verifyArgon2 } from './argon2.ts'
import { costOfHash, costOfHasher, isCheaper } from './cost.ts'
import type { Hasher } from './hasher.ts'
import { type Hmac, hmacPrefix } from './hmac.ts'
import { compareImported, importedHash, isImportedHash } from './imported-hash.ts'
import { compareTag, plainTagOf, type TagComparison, tagOf } from './tag.ts'

/** What is stored of a token. */
export type ProtectedToken = Pick<SecretRecord, 'hash' | 'tag' | 'pepperId'>

/** How a token compares with a stored hash. `unreadable`: it is none, or its pepper is not in the ring. */
export type Comparison = 'same' | 'different' | 'unreadable'

/**
 * What a hash is for, the most urgent first: a client waits for a verification, creating a key can wait, and rehashing
 * a stored secret comes last.
 */
export type HashRank = 'verify' | 'make' | 'rehash'

/** Protects tokens and compares them with stored hashes, of any hasher. */
export interface Hashing {
  /**
   * For a new secret of a workspace, or a proven one that is rehashed.
   *
   * @throws {BusyError} when too many hashes are queued
   * @throws {UnavailableError} when argon2 itself fails
   */
  protect(token: string, workspaceId: string, rank: Exclude<HashRank, 'verify'>): Promise<ProtectedToken>
  /** For the SHA-256 of a token that was issued elsewhere. It verifies until the first use replaces it. */
  protectDigest(digest: Buffer): ProtectedToken
  /** The cheap first comparison. */
  compareTag(token: string, stored: ProtectedToken): TagComparison
  /** Does the work of one tag comparison, for an id that is not stored. */
  spendTag(token: string): void
  /** The comparison that counts, at once, where the stored hash is an HMAC or an imported digest; undefined for others. */
  verifyAtOnce(token: string, stored: ProtectedToken): Comparison | undefined
  /**
   * The decisive comparison for a key of a workspace, with any form of stored hash.
   *
   * @throws {BusyError} when too many hashes are queued
   * @throws {UnavailableError} when argon2 itself fails
   */
  verify(token: string, stored: ProtectedToken, workspaceId: string): Promise<Comparison>
  /**
   * Whether a stored secret should be hashed again the way new ones are: away from what is listed as previous, and
   * towards more cost. Never the other way round, so that two configurations on one store do not undo each other.
   */
  isOutdated(stored: ProtectedToken): boolean
}

const hmacDomain = 'claviger hash\0'

/** Puts a hasher to work. Only argon2 goes through the queue; an HMAC takes microseconds. */
export function createHashing(
  hasher: Hasher,
  queue: WorkQueue<HashRank>,
  facts: Pick<HealthFacts, 'set'> = { set() {} },
): Hashing {
  const { peppers } = hasher
  const cost = costOfHasher(hasher)

  const slowly = async <T>(rank: HashRank, workspaceId: string, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await queue.run(rank, workspaceId, work)
      facts.set('hasher', 'up')
      return result
    } catch (cause) {
      if (isClavigerError(cause)) throw cause
      facts.set('hasher', 'down')
      throw new UnavailableError('hasher', 'argon2 failed. Is its binary installed for this platform? See the cause.', {
        cause,
      })
    }
  }

  const hashNew = async (token: string, workspaceId: string, rank: HashRank): Promise<string> => {
    const pepper = peppers.currentId === null ? undefined : peppers.secretOf(peppers.currentId)
    if (hasher.algorithm === 'argon2id') return slowly(rank, workspaceId, () => hashArgon2(token, hasher, pepper))
    const hmac = peppers.currentId === null ? undefined : peppers.hmacOf(peppers.currentId)
    if (hmac === undefined) throw new ConfigurationError('pepper', 'hmacSha256 needs a pepper.')
    return hmacPrefix + hmac(hmacDomain + token).toString('base64url')
  }

  const verifyAtOnce = (token: string, { hash, pepperId }: ProtectedToken): Comparison | undefined => {
    if (isImportedHash(hash)) return compareImported(token, hash)
    if (!hash.startsWith(hmacPrefix)) return undefined
    const hmac = pepperId === null ? undefined : peppers.hmacOf(pepperId)
    return hmac === undefined ? 'unreadable' : compareHmac(token, hash, hmac)
  }

  return {
    async protect(token, workspaceId, rank) {
      const pepperId = peppers.currentId
      const tag = tagOf(token, pepperId, peppers)
      if (tag === undefined) throw new ConfigurationError('pepper', 'The current pepper is not in its own ring.')
      return { hash: await hashNew(token, workspaceId, rank), tag, pepperId }
    },

    compareTag: (token, stored) => compareTag(token, stored, peppers),

    spendTag(token) {
      tagOf(token, peppers.currentId, peppers)
    },

    protectDigest: (digest) => {
      const hash = importedHash(digest)
      // Without a pepper: what was hashed elsewhere knows none of ours.
      return { hash, tag: plainTagOf(hash), pepperId: null }
    },

    verifyAtOnce,

    async verify(token, stored, workspaceId) {
      const compared = verifyAtOnce(token, stored)
      if (compared !== undefined) return compared
      const { hash, pepperId } = stored
      const pepper = pepperId === null ? undefined : peppers.secretOf(pepperId)
      if (pepperId !== null && pepper === undefined) return 'unreadable'
      if (argon2Parameters(hash) === undefined) return 'unreadable'
      return (await slowly('verify', workspaceId, () => verifyArgon2(hash, token, pepper))) ? 'same' : 'different'
    },

    isOutdated({ hash, pepperId }) {
      if (isImportedHash(hash)) return true
      const place = peppers.placeOf(pepperId)
      return place === 'current' ? isCheaper(costOfHash(hash), cost) : place === 'previous'
    },
  }
}

function compareHmac(token: string, stored: string, hmac: Hmac): Comparison {
  const expected = Buffer.from(stored.slice(hmacPrefix.length), 'base64url')
  if (expected.length !== 32) return 'unreadable'
  return timingSafeEqual(hmac(hmacDomain + token), expected) ? 'same' : 'different'
}
