import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { KeyRecord } from '../store/records.ts'
import { unknownRestrictions } from '../store/restrictions.ts'
import type { Commits } from './commits.ts'

/**
 * Puts something right about a stored key in the background: silently, since no verification goes by it, and given up as
 * soon as another writer has changed the key. The record is read again right before it is written: another repair of
 * the same key moves no revision, and must not be undone.
 *
 * @param seen the record that gave the reason
 * @param repaired the record to store in place of the current one; undefined when there is no reason any more
 * @returns whether it was stored
 */
export type Repair = (seen: KeyRecord, repaired: (stored: KeyRecord) => KeyRecord | undefined) => Promise<boolean>

/** Makes the one way to repair a key. */
export function createRepair(store: Pick<BoundedStore, 'key'>, commits: Pick<Commits, 'commit'>): Repair {
  return async (seen, repaired) => {
    const stored = await store.key(seen.workspaceId, seen.id)
    if (stored === null || stored === 'corrupt' || stored.revision !== seen.revision) return false
    // It would lose what a later version wrote.
    if (unknownRestrictions(stored).length > 0) return false
    const record = repaired(stored)
    if (record === undefined) return false
    const { ok } = await commits.commit({
      writes: [{ type: 'key', record, expectedRevision: stored.revision }],
      activity: [],
      announcements: [],
      silent: true,
    })
    return ok
  }
}
