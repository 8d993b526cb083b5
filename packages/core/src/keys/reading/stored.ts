import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { decodeKeyRecord } from '../../store/record-codec.ts'
import type { KeyRecord } from '../../store/records.ts'

/**
 * Whether the store holds exactly this record: asked once when the answer to a commit was lost, since a rotated token
 * without a token that was returned is a key no one can use. False when unknown.
 */
export async function isStored(store: Pick<BoundedStore, 'key'>, record: KeyRecord): Promise<boolean> {
  try {
    const stored = await store.key(record.workspaceId, record.id)
    return stored !== null && stored !== 'corrupt' && textOf(stored) === textOf(record)
  } catch {
    return false
  }
}

/** In the order of the codec; `lastUsedAt` is not a commit's to write. */
function textOf(record: KeyRecord): string {
  return JSON.stringify(decodeKeyRecord({ ...record, lastUsedAt: null }))
}
