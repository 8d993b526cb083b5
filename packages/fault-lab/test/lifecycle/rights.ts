import type { Ability, Actor, Owner } from '@claviger/core'
import { isSame, type ModelKey } from './model.ts'

/** Whether the actor was denied this, or is a key that was not given `keys:manage`. */
export function isForbidden({ can, type, permissions }: Actor, ability: Ability): boolean {
  return can?.[ability] === false || (type === 'key' && !permissions.includes('keys:manage'))
}

/** Whether the actor is this key. */
export function isItself({ type, id }: Actor, keyId: string): boolean {
  return type === 'key' && id === keyId
}

/** Whose keys the actor's own are; undefined for the system. */
export function ownOwner({ type, id, owner }: Actor): Owner | undefined {
  if (type === 'key') return owner
  return type === 'system' ? undefined : { type, id }
}

/** Whether the actor sees a key in a list: of its workspace, of its environment if it is a key, and its business. */
export function lists(actor: Actor, { workspace, environment, owner }: ModelKey): boolean {
  if (workspace !== actor.workspaceId) return false
  if (actor.environment !== undefined && environment !== actor.environment) return false
  const own = ownOwner(actor)
  return (
    actor.can?.listAll === true ||
    (own !== undefined && isSame(own, owner)) ||
    (owner.type === 'service' && actor.can?.manageServiceAccounts === true)
  )
}

/** Whether the actor may see a key, and so manage it. A key always sees itself. */
export function sees(actor: Actor, key: ModelKey): boolean {
  return lists(actor, key) || (key.workspace === actor.workspaceId && isItself(actor, key.id))
}

/** Whether the actor may have keys made for this owner. */
export function mayOwnFor(actor: Actor, owner: Owner): boolean {
  const own = ownOwner(actor)
  return (
    actor.type === 'system' ||
    (own !== undefined && isSame(own, owner)) ||
    (owner.type === 'service' && actor.can?.manageServiceAccounts === true)
  )
}

/** Whether an end is later than the actor's own: a key hands out nothing that outlives it. */
export function outlives({ expiresAt }: Actor, end: number | null): boolean {
  if (expiresAt === null || expiresAt === undefined) return false
  return end === null || end > expiresAt.getTime()
}
