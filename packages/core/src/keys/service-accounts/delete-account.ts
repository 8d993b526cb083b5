import type { ManagerParts } from '../facade/parts.ts'
import type { Actor } from '../shapes/actor.ts'
import { revokeKeysOf } from './revoke-keys.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'
import { withdrawFromAccount } from './withdraw-from-account.ts'

const deletedReason = 'The service account was deleted.'

/** Deletes an account, and then revokes its keys: no new ones come once it is deleted. */
export async function deleteAccount(parts: ManagerParts, actor: Actor, id: string): Promise<ServiceAccount> {
  return withdrawFromAccount(parts, actor, {
    id,
    action: 'serviceAccount.deleted',
    decide: (before, now) => (before.deletedAt === null ? { ...before, deletedAt: now } : undefined),
    meanwhile: () => null,
    finish: () => revokeKeysOf(parts, actor, id, deletedReason),
  })
}
