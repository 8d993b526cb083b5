import type { Actor } from '../shapes/actor.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'
import type { AccountChanges } from './account-kind.ts'
import { type RevokeKeysParts, revokeKeysOf } from './revoke-keys.ts'

/** What deleting service accounts is made of. */
export interface DeleteAccountParts extends RevokeKeysParts {
  readonly accounts: Pick<AccountChanges, 'withdraw'>
}

const deletedReason = 'The service account was deleted.'

/** Deletes an account, and then revokes its keys: no new ones come once it is deleted. */
export async function deleteAccount(parts: DeleteAccountParts, actor: Actor, id: string): Promise<ServiceAccount> {
  return parts.accounts.withdraw(actor, {
    id,
    action: 'serviceAccount.deleted',
    urgency: 'withdrawal',
    decide: (before, now) => (before.deletedAt === null ? { record: { ...before, deletedAt: now } } : undefined),
    meanwhile: () => null,
    finish: () => revokeKeysOf(parts, actor, id, deletedReason),
  })
}
