import type { ChangeTarget } from '../cache/change-target.ts'
import { createFairMemory } from '../cache/fair-memory.ts'
import type { KeyRecord } from '../store/records.ts'

/**
 * What this process holds against keys, whatever the store says: that it has seen them revoked (revocation is final, so a
 * store that says otherwise has lost it), and what was asked for and the store has not confirmed yet.
 */
export interface RevokedKeys {
  /**
   * Looks at a record as it was read. Where it is the first sight of a revoked one, what is remembered of the key is
   * older, and is forgotten.
   */
  see(record: Pick<KeyRecord, 'id' | 'workspaceId' | 'revokedAt'>): void
  /**
   * Judges a key as a change would leave it, while that is not durable. Who asked for it must have been allowed to: the
   * change leaves a record as it is where they were not. The returned function ends it.
   */
  suspend(id: string, change: (record: KeyRecord) => KeyRecord): () => void
  /** The record as it counts here. The very record, where this process holds nothing against the key. */
  judged(record: KeyRecord): KeyRecord
}

/**
 * Makes a memory of `maxIds` revoked keys, shared fairly among workspaces; what is suspended comes on top. `cache` is what
 * forgets them.
 */
export function createRevokedKeys(maxIds: number, cache: Pick<ChangeTarget, 'apply'>): RevokedKeys {
  const seen = createFairMemory(maxIds)
  const suspended = new Map<string, Set<(record: KeyRecord) => KeyRecord>>()
  return {
    see({ workspaceId, id, revokedAt }) {
      if (revokedAt !== null && seen.add(workspaceId, id)) cache.apply([{ type: 'key', id }])
    },
    suspend(id, change) {
      const changes = suspended.get(id) ?? new Set()
      suspended.set(id, changes.add(change))
      return () => {
        changes.delete(change)
        if (changes.size === 0 && suspended.get(id) === changes) suspended.delete(id)
      }
    },
    judged(record) {
      const isSeen = record.revokedAt === null && seen.has(record.workspaceId, record.id)
      let judged = isSeen ? { ...record, revokedAt: record.updatedAt } : record
      for (const change of suspended.get(record.id) ?? []) judged = change(judged)
      return judged
    },
  }
}
