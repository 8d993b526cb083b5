import { LRUCache } from 'lru-cache'

/**
 * Ids this process knows to be revoked, whatever the store says: a revocation the store has not confirmed yet, or one
 * that a store restored from an old copy has forgotten. Revocation is final, so remembering can only be right.
 */
export interface RevokedIds {
  add(id: string): void
  has(id: string): boolean
  /** Only for a revocation that turned out not to be this actor's to make. */
  remove(id: string): void
}

/** Makes a memory of the `maxIds` most recently used. */
export function createRevokedIds(maxIds: number): RevokedIds {
  const ids = new LRUCache<string, true>({ max: maxIds })
  return {
    add: (id) => void ids.set(id, true),
    has: (id) => ids.get(id) === true,
    remove: (id) => void ids.delete(id),
  }
}
