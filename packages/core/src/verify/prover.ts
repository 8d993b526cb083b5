import type { Cache } from '../cache/cache.ts'
import type { Digests } from '../cache/digest.ts'
import { createFlights } from '../cache/flights.ts'
import { UnavailableError } from '../errors/errors.ts'
import type { Hashing } from '../hashing/hashing.ts'
import type { TagComparison } from '../hashing/tag.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import type { KeyRecord, SecretRecord } from '../store/records.ts'
import type { RecordRead } from './records.ts'

/** A record, and the one secret of it that a token is. */
export interface Proven {
  readonly record: KeyRecord
  readonly secret: SecretRecord
  readonly proof: string
}

/** Finds the secret that a token is. Before that, nothing may be told about the key. */
export type ProveSecret = (token: string, read: RecordRead) => Promise<Proven | 'different' | 'unreadable'>

/** Makes the one place where tokens are compared with what is stored: once per token and hash, however many ask. */
export function createProver(hashing: Hashing, { digests, entries }: Pick<Cache, 'digests' | 'entries'>): ProveSecret {
  const proofs = createFlights<'same' | 'different' | 'unreadable'>()
  return async (token, { id, record }) => {
    if (record === null || record === 'corrupt') {
      hashing.spendTag(token)
      return record === null ? 'different' : 'unreadable'
    }
    const tags = record.secrets.map((secret) => hashing.compareTag(token, secret))
    if (tags.includes('unreadable')) publish(channels.corrupt, () => ({ keyId: id, field: 'tag' }))
    const secret = record.secrets.find((_, index) => tags[index] === 'same')
    if (secret === undefined) return unproven(tags)
    const proof = proofOf(digests, token, secret.hash)
    if (entries.hasProof(id, proof)) return { record, secret, proof }
    const compared =
      hashing.verifyAtOnce(token, secret) ??
      (await proofs.join(proof, 0, () => hashing.verify(token, secret, record.workspaceId)))
    if (compared === 'unreadable') publish(channels.corrupt, () => ({ keyId: id, field: 'hash' }))
    if (compared !== 'same') return compared
    return { record, secret, proof }
  }
}

/** Names "this token was compared with this stored hash" without holding either. */
export function proofOf(digests: Digests, token: string, hash: string): string {
  return digests.proof(`${token}\0${hash}`)
}

/** Why no secret of a record fits a token. @throws {UnavailableError} when it may, under a pepper unknown here */
export function unproven(tags: readonly TagComparison[]): 'different' | 'unreadable' {
  // The key may be perfectly good, and another process may know its pepper: our fault, not the client's.
  if (tags.includes('pepper_missing')) {
    throw new UnavailableError('hasher', 'A key was hashed under a pepper that is not configured here. Add it.')
  }
  if (tags.includes('pepper_changed')) {
    throw new UnavailableError(
      'hasher',
      'A key was hashed under another pepper than the one configured here under its id. Configure the pepper it was ' +
        'made under, and give each new pepper an id of its own.',
    )
  }
  return tags.includes('unreadable') ? 'unreadable' : 'different'
}
