import { grantSet } from '../../permissions/match.ts'
import type { Actor } from '../shapes/actor.ts'
import type { Grantable } from '../shapes/inputs.ts'
import type { KeyRules } from './key-rules.ts'

/** What an actor may grant. Pure. */
export function grantableBy(
  actor: Actor,
  { permissions, defaultPermissions }: Pick<KeyRules, 'permissions' | 'defaultPermissions'>,
): Grantable {
  const held = grantSet(actor.permissions)
  const isHeld = (name: string): boolean => held.covers(name)
  return {
    declared: permissions.names,
    grantable: permissions.names.filter(isHeld),
    defaults: defaultPermissions.filter(isHeld),
  }
}
