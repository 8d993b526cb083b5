import { requireAllOf } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { requireAlive } from '../rules/require-alive.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import type { ReasonOptions } from '../shapes/inputs.ts'
import type { ManagedKey } from '../shapes/key.ts'
import type { KeyChanges } from './key-kind.ts'

/** Switches a key off: it is refused until it is enabled again. Needs what revoking needs. */
export async function disableKey(
  { keys, rules }: { readonly keys: Pick<KeyChanges, 'withdraw'>; readonly rules: Pick<KeyRules, 'freeText'> },
  actor: Actor,
  id: string,
  options: ReasonOptions,
): Promise<ManagedKey> {
  demand(actor, 'revoke')
  const reason = rules.freeText.reason(ownFields<ReasonOptions>('disable', options, ['reason']).reason)
  return keys.withdraw(actor, {
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
export async function enableKey(
  {
    keys,
    rules,
  }: { readonly keys: Pick<KeyChanges, 'change' | 'overrule'>; readonly rules: Pick<KeyRules, 'permissions'> },
  actor: Actor,
  id: string,
): Promise<ManagedKey> {
  demand(actor, 'update')
  const key = await keys.change(actor, id, 'key.enabled', (before, now) => {
    requireAlive(before, now)
    if (before.disabledAt === null) return undefined
    requireAllOf(actor, before, rules.permissions)
    return { record: { ...before, disabledAt: null } }
  })
  keys.overrule(actor, 'key.disabled', id)
  return key
}
