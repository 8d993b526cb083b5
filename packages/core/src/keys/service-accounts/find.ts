import type { ServiceAccount } from '../../store/records.ts'
import { storedServiceAccount } from '../../verify/service-account.ts'
import { within } from '../../verify/within.ts'
import type { ManagerParts } from '../parts.ts'

/** Reads a service account of a workspace, afresh, also a deleted one; undefined when the store knows none. */
export async function findServiceAccount(
  { store, clock, storeTimeoutMs }: Pick<ManagerParts, 'store' | 'clock' | 'storeTimeoutMs'>,
  workspaceId: string,
  id: string,
): Promise<ServiceAccount | undefined> {
  return within(clock, storeTimeoutMs, 'store', () => storedServiceAccount(store, workspaceId, id, 'store'))
}
