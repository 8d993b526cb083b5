import { ForbiddenError, PermissionCeilingError } from '../errors.ts'
import { grantSet } from '../permissions/match.ts'
import type { KeyQuery } from '../store/query.ts'
import type { KeyRecord, Owner } from '../store/records.ts'
import type { Ability, Actor } from './actor.ts'

/** Whether an actor may see, and so manage, a key. What it may not see does not exist for it. */
export function isVisible(record: Pick<KeyRecord, 'workspaceId' | 'owner'>, actor: Actor): boolean {
  if (record.workspaceId !== actor.workspaceId) return false
  const owners = visibleOwners(actor)
  return (
    owners === undefined ||
    owners.some(({ type, id }) => type === record.owner.type && (id ?? record.owner.id) === record.owner.id)
  )
}

/** The same rule as a condition for the store; undefined when the actor sees every key of its workspace. */
export function visibleOwners(actor: Actor): KeyQuery['visibleOwners'] {
  if (actor.can?.listAll === true) return undefined
  const own = ownOwner(actor)
  return [
    ...(own === undefined ? [] : [own]),
    ...(actor.can?.manageServiceAccounts === true ? [{ type: 'service' } as const] : []),
  ]
}

/** @throws {ForbiddenError} when the actor was denied this, even with its own keys */
export function demand(actor: Actor, ability: Ability): void {
  if (actor.can?.[ability] === false) throw new ForbiddenError(ability, `This actor may not ${ability} keys.`)
}

/** Whose the new key is. @throws {ForbiddenError} for an owner the actor may not make keys for */
export function ownerForNewKey(actor: Actor, wanted: Owner | undefined): Owner {
  const own = ownOwner(actor)
  if (wanted === undefined) {
    if (own !== undefined) return own
    throw new ForbiddenError('create', `A ${actor.type} actor owns no keys. Say whose the key is: owner: { type, id }.`)
  }
  const allowed =
    actor.type === 'system' ||
    (own?.type === wanted.type && own.id === wanted.id) ||
    (wanted.type === 'service' && actor.can?.manageServiceAccounts === true)
  if (allowed) return wanted
  throw new ForbiddenError('create', 'A key is made for oneself or for a service account one manages, for nobody else.')
}

/** What the new key is granted. @throws {PermissionCeilingError} naming what the actor does not hold */
export function grantsForNewKey(
  actor: Actor,
  wanted: readonly string[] | undefined,
  byDefault: readonly string[],
): readonly string[] {
  const held = grantSet(actor.permissions)
  if (wanted === undefined) return byDefault.filter((permission) => held.covers(permission)).sort()
  const missing = wanted.filter((grant) => !held.covers(grant))
  if (missing.length > 0) throw new PermissionCeilingError(missing)
  return wanted
}

function ownOwner({ type, id }: Actor): Owner | undefined {
  return type === 'user' || type === 'service' ? { type, id } : undefined
}
