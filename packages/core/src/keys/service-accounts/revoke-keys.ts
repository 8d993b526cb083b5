import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { isClavigerError } from '../../errors/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyStatus } from '../../store/status.ts'
import type { KeyChanges } from '../changes/key-kind.ts'
import { revocationOf } from '../changes/revoke.ts'
import { revokeMany } from '../changes/revoke-many.ts'
import { isItself } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import type { ManagedKey } from '../shapes/key.ts'
import { inEveryEnvironment } from '../shapes/parse-actor.ts'

const notRevoked: readonly KeyStatus[] = ['active', 'rotating', 'disabled', 'expired']

/** What revoking an account's keys is made of. */
export interface RevokeKeysParts {
  readonly store: Pick<BoundedStore, 'list'>
  readonly keys: Pick<KeyChanges, 'withdrawOnce'>
  readonly clock: Clock
}

/**
 * Revokes every key of a service account that is deleted already, so that no new ones come. What fails is not carried
 * on by itself: the caller does that.
 */
export async function revokeKeysOf(
  { store, keys, clock }: RevokeKeysParts,
  actor: Actor,
  accountId: string,
  reason: string,
): Promise<void> {
  // The account's keys of every environment, whatever the actor sees otherwise.
  const everywhere = inEveryEnvironment(actor)
  const revoke = async (ids: readonly string[]): Promise<void> => {
    const revokeOne = (id: string): Promise<ManagedKey> => keys.withdrawOnce(everywhere, revocationOf(id, reason))
    const results = await revokeMany(ids, revokeOne, isActing)
    const failed = results.find((result) => !result.ok && !isGone(result.error))
    if (failed !== undefined && !failed.ok) throw failed.error
  }
  // A key of the account that deletes it ends itself after all others.
  const isActing = (id: string): boolean => isItself(actor, id)
  const acting: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await store.list({
      workspaceId: actor.workspaceId,
      at: clock.now(),
      statuses: notRevoked,
      visibleOwners: [{ type: 'service', id: accountId }],
      limit: 100,
      ...(typeof cursor === 'string' && { cursor }),
    })
    const ids = page.items.map(({ id }) => id)
    acting.push(...ids.filter(isActing))
    await revoke(ids.filter((id) => !isActing(id)))
    cursor = page.nextCursor
  } while (cursor !== null)
  await revoke(acting)
}

function isGone(error: Error): boolean {
  return isClavigerError(error) && error.code === 'ERR_CLAVIGER_KEY_NOT_FOUND'
}
