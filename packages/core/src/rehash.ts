import type { Commits } from './commits.ts'
import { channels, publish } from './diagnostics.ts'
import type { Hashing } from './hashing/hashing.ts'
import type { KeyRecord, SecretRecord } from './store/records.ts'
import type { Cache } from './verify/cache.ts'
import { proofOf } from './verify/verifier.ts'

/**
 * Stores a proven token hashed the way new ones are: under the current pepper and cost. Off the request path, one at a
 * time per key, silent (no cache anywhere needs to hear of it), and given up as soon as anything else changed the key.
 */
export function createRehash(
  hashing: Hashing,
  commits: Commits,
  { digests, entries }: Pick<Cache, 'digests' | 'entries'>,
): (record: KeyRecord, secret: SecretRecord, token: string) => void {
  const underWay = new Set<string>()

  const rehash = async (record: KeyRecord, secret: SecretRecord, token: string): Promise<void> => {
    const renewed: SecretRecord = { ...secret, ...(await hashing.protect(token, record.workspaceId, 'rehash')) }
    const [current, previous] = record.secrets
    const put = (stored: SecretRecord): SecretRecord => (stored.version === secret.version ? renewed : stored)
    const secrets: KeyRecord['secrets'] = previous === undefined ? [put(current)] : [put(current), put(previous)]
    const result = await commits.commit({
      writes: [{ type: 'key', record: { ...record, secrets }, expectedRevision: record.revision }],
      activity: [],
      announcements: [],
      silent: true,
    })
    if (result.ok)
      entries.replaceProof(record.id, proofOf(digests, token, secret.hash), proofOf(digests, token, renewed.hash))
  }

  return (record, secret, token) => {
    if (underWay.has(record.id)) return
    underWay.add(record.id)
    rehash(record, secret, token)
      .catch((error: unknown) => publish(channels.error, () => ({ error, during: 'rehash' })))
      .finally(() => underWay.delete(record.id))
  }
}
