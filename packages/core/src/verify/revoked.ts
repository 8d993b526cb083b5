import { LRUCache } from 'lru-cache'
import type { KeyRecord } from '../store/records.ts'

/**
 * Keys this process refuses as revoked, whatever the store says: those it has seen revoked (revocation is final, so a
 * store that says otherwise has lost it), and those whose revocation the store has not confirmed yet.
 */
export interface RevokedKeys {
  /** Remembers a key as revoked. False when it was remembered already. */
  add(id: string): boolean
  /**
   * Refuses a key while its revocation is not durable. Whoever asked for it must have been allowed to: that is judged
   * on the record, once there is one. The returned function ends it.
   */
  suspend(id: string, isAllowed: (record: KeyRecord) => boolean): () => void
  /** The record as it counts here: revoked, if this process refuses the key as that. */
  judged(record: KeyRecord): KeyRecord
}

/** Makes a memory of the `maxIds` most recently used; what is suspended comes on top. */
export function createRevokedKeys(maxIds: number): RevokedKeys {
  const seen = new LRUCache<string, true>({ max: maxIds })
  const suspended = new Map<string, Set<(record: KeyRecord) => boolean>>()
  return {
    add(id) {
      const isNew = !seen.has(id)
      seen.set(id, true)
      return isNew
    },
    suspend(id, isAllowed) {
      const reasons = suspended.get(id) ?? new Set()
      suspended.set(id, reasons.add(isAllowed))
      return () => {
        reasons.delete(isAllowed)
        if (reasons.size === 0) suspended.delete(id)
      }
    },
    judged(record) {
      const reasons = suspended.get(record.id)
      const isRevoked =
        record.revokedAt === null &&
        (seen.get(record.id) === true || (reasons !== undefined && [...reasons].some((isAllowed) => isAllowed(record))))
      return isRevoked ? { ...record, revokedAt: record.updatedAt } : record
    },
  }
}
