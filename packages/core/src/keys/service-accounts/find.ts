import { channels, publish } from '../../diagnostics.ts'
import { CorruptRecordError, UnavailableError } from '../../errors.ts'
import { decodeServiceAccount } from '../../store/record-codec.ts'
import type { ServiceAccount } from '../../store/records.ts'
import { within } from '../../verify/within.ts'
import type { ManagerParts } from '../parts.ts'

type FindParts = Pick<ManagerParts, 'store' | 'clock' | 'storeTimeoutMs'>

/** Reads a service account of a workspace, afresh, also a deleted one; undefined when the store knows none. */
export async function findServiceAccount(
  { store, clock, storeTimeoutMs }: FindParts,
  workspaceId: string,
  id: string,
): Promise<ServiceAccount | undefined> {
  if (store.services === undefined) return undefined
  const query = { workspaceId, ids: [id], includeDeleted: true, limit: 1 }
  const page = await within(clock, storeTimeoutMs, 'store', async () => store.services?.(query))
  const stored = page?.items[0]
  const account = stored === undefined ? undefined : readable(stored)
  return account?.id === id && account.workspaceId === workspaceId ? account : undefined
}

function readable(stored: ServiceAccount): ServiceAccount {
  try {
    return decodeServiceAccount(stored)
  } catch (cause) {
    if (!(cause instanceof CorruptRecordError)) throw cause
    publish(channels.corrupt, () => ({ serviceAccountId: stored.id, field: cause.field }))
    throw new UnavailableError('store', 'A service account cannot be read. Restore its row.', { cause })
  }
}
