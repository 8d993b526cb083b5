import { isUnavailable } from '../../errors/errors.ts'
import { usageOfKey, usageOfWorkspace } from '../reading/read-usage.ts'
import { createKeys } from '../changes/create.ts'
import { revokeKey } from '../changes/revoke.ts'
import { revokeMany } from '../changes/revoke-many.ts'
import { endOverlap, rotateKey } from '../changes/rotate.ts'
import { disableKey, enableKey } from '../changes/disable-enable.ts'
import { transferKey } from '../changes/transfer.ts'
import { updateKey } from '../changes/update.ts'
import { diagnoseKey } from '../diagnosis/diagnose.ts'
import { findVisible, listVisible } from '../reading/read-keys.ts'
import { readActivity } from '../reading/read-activity.ts'
import { presentActor } from '../rules/acting.ts'
import { requireNotOver } from '../rules/ceiling.ts'
import { grantableBy } from '../rules/grantable.ts'
import { demand, isItself, requireRevoke } from '../rules/rights.ts'
import { createServiceAccountManager } from '../service-accounts/account-manager.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import type { CreatedKey, Reason } from '../shapes/inputs.ts'
import { type Key, keyFromRecord } from '../shapes/key.ts'
import { parseActor } from '../shapes/parse-actor.ts'
import type { KeyManager } from './key-manager.types.ts'
import type { ManagerParts } from './parts.ts'

/** Makes the facade's factory: one manager per actor, over the same parts. */
export function createManagers(parts: ManagerParts): (actor: Actor) => KeyManager {
  const createKey = createKeys(parts)

  return (unchecked) => {
    const asked = parseActor(unchecked, parts.freeText.mask)
    /** The actor as it may act now. */
    const begin = async (): Promise<Actor> => {
      await parts.ready()
      requireNotOver(asked, parts.clock.now())
      return presentActor(parts, asked)
    }
    /** The same for ending keys, which must not wait for a store that is down: it is looked at with each key. */
    const beginToEnd = async (id: string): Promise<Actor> => {
      await parts.ready()
      requireNotOver(asked, parts.clock.now())
      // What a key may do to itself it may do without its owner.
      if (isItself(asked, id)) return asked
      return presentActor(parts, asked).catch((error: unknown) => {
        if (isUnavailable(error)) return asked
        throw error
      })
    }
    const reasonOf = (call: string, options: Reason): string | null =>
      parts.freeText.reason(ownFields<Reason>(call, options, ['reason']).reason)
    const revoke = async (actor: Actor, id: string, reason: string | null): Promise<Key> => {
      requireRevoke(actor, id)
      return revokeKey(parts, actor, id, reason)
    }
    return {
      async create(input, options?: Parameters<KeyManager['create']>[1]) {
        const actor = await begin()
        // The overloads tell callers without an idempotency key that there is a token.
        return (await createKey(actor, input, options)) as CreatedKey
      },
      async get(id) {
        const actor = await begin()
        demand(actor, 'list')
        return keyFromRecord(await findVisible(parts, actor, id), parts.policy, parts.clock.now())
      },
      async list(input = {}) {
        const actor = await begin()
        demand(actor, 'list')
        return listVisible(parts, actor, input)
      },
      async update(id, input, options = {}) {
        const actor = await begin()
        return updateKey(parts, actor, id, input, options)
      },
      async rotate(id, options = {}) {
        const actor = await begin()
        return rotateKey(parts, actor, id, options)
      },
      async endOverlap(id) {
        const actor = await begin()
        return endOverlap(parts, actor, id)
      },
      async disable(id, options = {}) {
        const actor = await begin()
        return disableKey(parts, actor, id, options)
      },
      async enable(id) {
        const actor = await begin()
        return enableKey(parts, actor, id)
      },
      async revoke(id, options = {}) {
        const reason = reasonOf('revoke', options)
        requireRevoke(asked, id)
        return revoke(await beginToEnd(id), id, reason)
      },
      async revokeMany(ids, options = {}) {
        const reason = reasonOf('revokeMany', options)
        let present: Promise<Actor> | undefined
        const revokeOne = async (id: string): Promise<Key> => {
          requireRevoke(asked, id)
          return revoke(isItself(asked, id) ? await beginToEnd(id) : await (present ??= beginToEnd(id)), id, reason)
        }
        return revokeMany(ids, revokeOne, (id) => isItself(asked, id))
      },
      async transfer(id, owner) {
        const actor = await begin()
        return transferKey(parts, actor, id, owner)
      },
      async usage(id, input = {}) {
        const actor = await begin()
        return usageOfKey(parts, actor, id, input)
      },
      async workspaceUsage(input = {}) {
        const actor = await begin()
        return usageOfWorkspace(parts, actor, input)
      },
      async activity(input = {}) {
        const actor = await begin()
        return readActivity(parts, actor, input)
      },
      async diagnose(target, input = {}) {
        const actor = await begin()
        return diagnoseKey(parts, actor, target, input)
      },
      grantable: () => grantableBy(asked, parts),
      serviceAccounts: createServiceAccountManager(parts, asked, begin),
    }
  }
}
