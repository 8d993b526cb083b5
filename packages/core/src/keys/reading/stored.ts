import { within } from '../../runtime/within.ts'
import { decodeKeyRecord } from '../../store/record-codec.ts'
import type { KeyRecord } from '../../store/records.ts'
import { readableKey } from '../../verify/records.ts'
import type { ManagerParts } from '../facade/parts.ts'

/**
 * Whether the store holds exactly this record: asked once when the answer to a commit was lost, since a rotated token
 * that nobody was given is a key nobody can use. What cannot be told is false.
 */
export async function isStored(
  { store, clock, storeTimeoutMs }: Pick<ManagerParts, 'store' | 'clock' | 'storeTimeoutMs'>,
  record: KeyRecord,
): Promise<boolean> {
  try {
    const found = await within(clock, storeTimeoutMs, 'store', () => store.findFor(record.workspaceId, [record.id]))
    const stored = readableKey(record.id, found.get(record.id))
    return stored !== null && stored !== 'corrupt' && textOf(stored) === textOf(record)
  } catch {
    return false
  }
}

/** In the order of the codec; `lastUsedAt` is not a commit's to write. */
function textOf(record: KeyRecord): string {
  return JSON.stringify(decodeKeyRecord({ ...record, lastUsedAt: null }))
}
