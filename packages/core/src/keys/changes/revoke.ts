import type { Actor } from '../shapes/actor.ts'
import type { ManagedKey } from '../shapes/key.ts'
import type { KeyChanges, KeyWithdrawal } from './key-kind.ts'

/** Ends a key. Ending it again changes nothing. @throws {KeyNotFoundError} @throws {RevocationNotDurableError} */
export async function revokeKey(
  keys: Pick<KeyChanges, 'withdraw'>,
  actor: Actor,
  id: string,
  reason: string | null,
): Promise<ManagedKey> {
  return keys.withdraw(actor, revocationOf(id, reason))
}

/** What revoking a key is. */
export function revocationOf(id: string, reason: string | null): KeyWithdrawal {
  return {
    id,
    action: 'key.revoked',
    urgency: 'revocation',
    decide: (before, now) =>
      before.revokedAt === null ? { record: { ...before, revokedAt: now, revokedReason: reason }, reason } : undefined,
    meanwhile: (record) => (record.revokedAt === null ? { ...record, revokedAt: record.updatedAt } : record),
  }
}
