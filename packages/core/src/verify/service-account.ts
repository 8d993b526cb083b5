import { CorruptRecordError, type Dependency, UnavailableError } from '../errors/errors.ts'
import { bare } from '../input/plain-fields.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { decodeServiceAccount } from '../store/record-codec.ts'
import type { ServiceAccount } from '../store/records.ts'
import type { KeyStore } from '../store/store.ts'

/**
 * Reads a service account of a workspace from the store, also a deleted one; undefined when the store keeps none of
 * this id. Whatever the store hands over is checked: id, workspace, and every field.
 *
 * @param asked what the caller was waiting for, should the row be unreadable
 * @throws {UnavailableError} when the row cannot be read
 */
export async function storedServiceAccount(
  store: KeyStore,
  workspaceId: string,
  id: string,
  asked: Dependency,
): Promise<ServiceAccount | undefined> {
  const page = await store.services?.(bare({ workspaceId, ids: [id], includeDeleted: true, limit: 1 }))
  const stored = page?.items[0]
  const account = stored === undefined ? undefined : readable(stored, id, asked)
  return account?.id === id && account.workspaceId === workspaceId ? account : undefined
}

function readable(stored: ServiceAccount, id: string, asked: Dependency): ServiceAccount {
  try {
    return decodeServiceAccount(stored)
  } catch (cause) {
    if (!(cause instanceof CorruptRecordError)) throw cause
    publish(channels.corrupt, () => ({ serviceAccountId: id, field: cause.field }))
    throw new UnavailableError(asked, 'A service account cannot be read. Restore its row.', { cause })
  }
}

/**
 * Checks an account of a listing as strictly as one that was asked for: nothing, when it cannot be read or is of another
 * workspace. One bad row must not hide the others.
 */
export function listedServiceAccount(stored: unknown, workspaceId: string): readonly ServiceAccount[] {
  try {
    const account = decodeServiceAccount(stored)
    if (account.workspaceId === workspaceId) return [account]
    publish(channels.corrupt, () => ({ serviceAccountId: account.id, field: 'workspaceId' }))
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    publish(channels.corrupt, () => ({ field: error.field }))
  }
  return []
}
