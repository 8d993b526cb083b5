import { ForbiddenError } from '../../errors/errors.ts'
import type { Owner } from '../../store/records.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { requireEnd, requireGrants } from '../rules/ceiling.ts'
import { demand, mayOwnFor } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { parseOwner } from '../shapes/checks.ts'
import type { Key } from '../shapes/key.ts'
import { changeKey, requireAlive } from './change-key.ts'
import { accountTurn, ownershipOf, requireWithin } from './ownership.ts'

/**
 * Gives a key to another owner, whose permissions then bound it. The key may come to do more than it could
 * under the old owner, so the actor must hold everything it was granted, and so must a service account.
 */
export async function transferKey(parts: ManagerParts, actor: Actor, id: string, to: Owner): Promise<Key> {
  demand(actor, 'update')
  const owner = parseOwner(to)
  if (!mayOwnFor(actor, owner)) {
    throw new ForbiddenError('transfer', 'A key is transferred to oneself or to a service account one manages.')
  }
  const transfer = (): Promise<Key> =>
    changeKey(parts, actor, id, 'key.transferred', async (before, now) => {
      requireAlive(before, now)
      if (before.owner.type === owner.type && before.owner.id === owner.id) return undefined
      // A key that moves itself is no exception: the new owner may hold what the old one does not.
      requireGrants(actor, before.permissions, parts.permissions)
      requireEnd(actor, before.expiresAt)
      const ownership = await ownershipOf(parts, actor.workspaceId, owner)
      requireWithin(ownership, before.permissions, parts.permissions)
      return { record: { ...before, owner, ownerGoneAt: null }, besides: ownership.besides }
    })
  return owner.type === 'service' ? parts.inTurn(accountTurn(actor.workspaceId, owner.id), transfer) : transfer()
}
