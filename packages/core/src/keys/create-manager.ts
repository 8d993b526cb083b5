import { readActivity } from './read-activity.ts'
import type { Actor } from './actor.ts'
import { checkedActor } from './check-actor.ts'
import { demandNotOver } from './ceiling.ts'
import { ownFields } from './checks.ts'
import { createKeys } from './create.ts'
import { diagnoseKey } from './diagnosis/diagnose.ts'
import type { FreeText } from './free-text.ts'
import { grantableBy } from './grantable.ts'
import type { CreatedKey, Reason } from './inputs.ts'
import { type Key, keyFromRecord } from './key.ts'
import type { KeyManager } from './manager.ts'
import type { ManagerParts } from './parts.ts'
import { findVisible, listVisible } from './read.ts'
import type { Revocation } from './revoke.ts'
import { revokeMany } from './revoke-many.ts'
import { demand, demandRevoke } from './rights.ts'
import { endOverlap, rotateKey } from './rotate.ts'
import { createServiceAccountManager } from './service-accounts/create-manager.ts'
import { disableKey, enableKey } from './switch.ts'
import { transferKey } from './transfer.ts'
import { updateKey } from './update.ts'
import { usageOfKey, usageOfWorkspace } from './usage.ts'
import type { KeyUsage, UsageInput, WorkspaceUsage, WorkspaceUsageInput } from './usage-types.ts'

/** Makes the facade's factory: one manager per actor, over the same parts. */
export function createManagers(parts: ManagerParts, revocation: Revocation): (actor: Actor) => KeyManager {
  const createKey = createKeys(parts)

  return (unchecked) => {
    const actor = maskedOrigin(checkedActor(unchecked), parts.freeText)
    const begin = async (): Promise<void> => {
      await parts.ready()
      demandNotOver(actor, parts.clock.now())
    }
    const reasonOf = (call: string, options: Reason): string | null =>
      parts.freeText.reason(ownFields(call, options, ['reason']).reason)
    const revoke = async (id: string, reason: string | null): Promise<Key> => {
      demandRevoke(actor, id)
      await begin()
      return revocation.revoke(actor, id, reason)
    }
    async function usage(id: string, input?: UsageInput): Promise<KeyUsage>
    async function usage(input?: WorkspaceUsageInput): Promise<WorkspaceUsage>
    async function usage(target: string | WorkspaceUsageInput = {}, input: UsageInput = {}): Promise<unknown> {
      await begin()
      return typeof target === 'string'
        ? usageOfKey(parts, actor, target, input)
        : usageOfWorkspace(parts, actor, target)
    }
    return {
      usage,
      async create(input, options?: Parameters<KeyManager['create']>[1]) {
        await begin()
        // The overloads tell callers without an idempotency key that there is a token.
        return (await createKey(actor, input, options)) as CreatedKey
      },
      async get(id) {
        await begin()
        demand(actor, 'list')
        return keyFromRecord(await findVisible(parts, actor, id), parts.policy, parts.clock.now())
      },
      async list(input = {}) {
        await begin()
        demand(actor, 'list')
        return listVisible(parts, actor, input)
      },
      async update(id, input, options = {}) {
        await begin()
        return updateKey(parts, actor, id, input, options)
      },
      async rotate(id, options = {}) {
        await begin()
        return rotateKey(parts, actor, id, options)
      },
      async endOverlap(id) {
        await begin()
        return endOverlap(parts, actor, id)
      },
      async disable(id, options = {}) {
        await begin()
        return disableKey(parts, actor, id, options)
      },
      async enable(id) {
        await begin()
        return enableKey(parts, actor, id)
      },
      revoke: async (id, options = {}) => revoke(id, reasonOf('revoke', options)),
      async revokeMany(ids, options = {}) {
        const reason = reasonOf('revokeMany', options)
        return revokeMany(ids, async (id) => revoke(id, reason))
      },
      async transfer(id, owner) {
        await begin()
        return transferKey(parts, actor, id, owner)
      },
      async activity(input = {}) {
        await begin()
        return readActivity(parts, actor, input)
      },
      async diagnose(target, input = {}) {
        await begin()
        return diagnoseKey(parts, actor, target, input)
      },
      permissions: () => grantableBy(actor, parts),
      serviceAccounts: createServiceAccountManager(parts, revocation, actor),
    }
  }
}

function maskedOrigin(actor: Actor, { mask }: FreeText): Actor {
  if (actor.origin === undefined) return actor
  const masked = Object.entries(actor.origin).map(([field, text]) => [field, mask(text)] as const)
  return { ...actor, origin: Object.fromEntries(masked) }
}
