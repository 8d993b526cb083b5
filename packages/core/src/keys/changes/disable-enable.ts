import type { ManagerParts } from '../facade/parts.ts'
import { requireAllOf } from '../rules/ceiling.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import type { Reason } from '../shapes/inputs.ts'
import type { Key } from '../shapes/key.ts'
import { changeKey, requireAlive } from './change-key.ts'
import { withdrawFromKey } from './withdraw-from-key.ts'

/** Switches a key off: it is refused until it is enabled again. Needs what revoking needs. */
export async function disableKey(parts: ManagerParts, actor: Actor, id: string, options: Reason): Promise<Key> {
  demand(actor, 'revoke')
  const reason = parts.freeText.reason(ownFields<Reason>('disable', options, ['reason']).reason)
  return withdrawFromKey(parts, actor, {
    id,
    action: 'key.disabled',
    urgency: 'withdrawal',
    decide(before, now) {
      requireAlive(before, now)
      return before.disabledAt === null ? { record: { ...before, disabledAt: now }, reason } : undefined
    },
    meanwhile: (record) => ({ ...record, disabledAt: record.disabledAt ?? record.updatedAt }),
  })
}

/** Switches a key on again. It hands out what the key holds, so the actor must hold that. */
export async function enableKey(parts: ManagerParts, actor: Actor, id: string): Promise<Key> {
  demand(actor, 'update')
  const key = await changeKey(parts, actor, id, 'key.enabled', (before, now) => {
    requireAlive(before, now)
    if (before.disabledAt === null) return undefined
    requireAllOf(actor, before, parts.permissions)
    return { record: { ...before, disabledAt: null } }
  })
  parts.withdrawals.overrule(actor, 'key.disabled', id)
  return key
}
