import { within } from '../../runtime/within.ts'
import type { ServiceAccount } from '../../store/records.ts'
import { storedServiceAccount } from '../../verify/service-account.ts'
import type { ManagerParts } from '../facade/parts.ts'

/** Reads a service account of a workspace, afresh, also a deleted one; undefined when the store knows none. */
export async function findServiceAccount(
  { store, clock, storeTimeoutMs, confirmed }: Pick<ManagerParts, 'store' | 'clock' | 'storeTimeoutMs' | 'confirmed'>,
  workspaceId: string,
  id: string,
): Promise<ServiceAccount | undefined> {
  const account = await within(clock, storeTimeoutMs, 'store', () =>
    storedServiceAccount(store, workspaceId, id, 'store'),
  )
  if (account === undefined) await within(clock, storeTimeoutMs, 'store', confirmed)
  return account
}
