import { ForbiddenError } from '../../errors/errors.ts'
import type { Owner } from '../../store/records.ts'
import { requireAddresses, requireEnd, requireReach } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { requireAlive } from '../rules/require-alive.ts'
import { demand, mayOwnFor } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { parseOwner } from '../shapes/checks.ts'
import type { ManagedKey } from '../shapes/key.ts'
import type { KeyChanges } from './key-kind.ts'
import { accountTurn, type LookUpOwner, requireWithin } from './ownership.ts'
import type { Turns } from './turns.ts'

/** What transferring is made of. */
export interface TransferParts {
  readonly keys: Pick<KeyChanges, 'change'>
  readonly rules: Pick<KeyRules, 'permissions'>
  readonly lookUpOwner: LookUpOwner
  readonly inTurn: Turns
}

/**
 * Gives a key to another owner, whose permissions then bound it. The key may come to do more than it could
 * under the old owner, so the actor must hold everything it was granted, and so must a service account.
 */
export async function transferKey(parts: TransferParts, actor: Actor, id: string, to: Owner): Promise<ManagedKey> {
  demand(actor, 'update')
  const owner = parseOwner(to)
  if (!mayOwnFor(actor, owner)) {
    throw new ForbiddenError('transfer', 'A key is transferred to oneself or to a service account one manages.')
  }
  const transfer = (): Promise<ManagedKey> =>
    parts.keys.change(actor, id, 'key.transferred', async (before, now) => {
      requireAlive(before, now)
      if (before.owner.type === owner.type && before.owner.id === owner.id) return undefined
      // A key that moves itself is no exception: the new owner may hold what the old one does not.
      requireReach(actor, before, parts.rules.permissions)
      requireEnd(actor, before.expiresAt)
      requireAddresses(actor, before.allowedAddresses)
      const ownership = await parts.lookUpOwner(actor.workspaceId, owner)
      requireWithin(ownership, before, parts.rules.permissions)
      return { record: { ...before, owner, ownerGoneAt: null }, besides: ownership.besides }
    })
  return owner.type === 'service' ? parts.inTurn(accountTurn(actor.workspaceId, owner.id), transfer) : transfer()
}
