import { isClavigerError } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import type { KeyQuery } from '../../store/query.ts'
import type { KeyStatus } from '../../store/status.ts'
import { revocationOf } from '../changes/revoke.ts'
import { revokeMany } from '../changes/revoke-many.ts'
import { attemptOf } from '../changes/withdraw-from-key.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { isItself } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import type { Key } from '../shapes/key.ts'
import { inEveryEnvironment } from '../shapes/parse-actor.ts'

const notRevoked: readonly KeyStatus[] = ['active', 'rotating', 'disabled', 'expired']

/**
 * Revokes every key of a service account that is deleted already, so that no new ones come. What fails is not carried
 * on by itself: the caller does that.
 */
export async function revokeKeysOf(
  parts: ManagerParts,
  actor: Actor,
  accountId: string,
  reason: string,
): Promise<void> {
  const { store, clock } = parts
  // The account's keys of every environment, whatever the actor sees otherwise.
  const everywhere = inEveryEnvironment(actor)
  const revoke = async (ids: readonly string[]): Promise<void> => {
    const revokeOne = (id: string): Promise<Key> => attemptOf(parts, everywhere, revocationOf(id, reason))(() => {})
    const results = await revokeMany(ids, revokeOne, isActing)
    const failed = results.find((result) => !result.ok && !isGone(result.error))
    if (failed !== undefined && !failed.ok) throw failed.error
  }
  // A key of the account that deletes it ends itself after all others.
  const isActing = (id: string): boolean => isItself(actor, id)
  const acting: string[] = []
  let cursor: string | null | undefined
  do {
    const query = bare<KeyQuery>({
      workspaceId: actor.workspaceId,
      at: clock.now(),
      statuses: notRevoked,
      visibleOwners: [{ type: 'service', id: accountId }],
      limit: 100,
      ...(typeof cursor === 'string' && { cursor }),
    })
    const page = await store.list(query)
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
