import type { ServiceAccount } from '../../store/records.ts'
import type { ManagerParts } from '../facade/parts.ts'

/** Reads a service account of a workspace, afresh, also a deleted one; undefined when the store knows none. */
export async function findServiceAccount(
  { store, confirmed }: Pick<ManagerParts, 'store' | 'confirmed'>,
  workspaceId: string,
  id: string,
): Promise<ServiceAccount | undefined> {
  const account = await store.account(workspaceId, id)
  if (account === undefined) await confirmed()
  return account
}
