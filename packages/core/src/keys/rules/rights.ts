import { ForbiddenError } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import { manageKeys } from '../../permissions/grammar.ts'
import type { KeyQuery } from '../../store/query.ts'
import type { KeyRecord, Owner } from '../../store/records.ts'
import type { Ability, Actor } from '../shapes/actor.ts'

/** What decides whether an actor sees a key. */
type Sighted = Pick<KeyRecord, 'id' | 'workspaceId' | 'environment' | 'owner'>

/** Whether an actor may see, and so manage, a key. What it may not see does not exist for it. */
export function isVisible(record: Sighted, actor: Actor): boolean {
  if (record.workspaceId !== actor.workspaceId) return false
  if (isItself(actor, record.id)) return true
  if (actor.environment !== undefined && actor.environment !== record.environment) return false
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
    ...(actor.can?.manageServiceAccounts === true ? [bare({ type: 'service' } as const)] : []),
  ]
}

/** @throws {ForbiddenError} when the actor was denied this, even with its own keys */
export function demand(actor: Actor, ability: Ability): void {
  if (actor.can?.[ability] === false)
    throw new ForbiddenError(ability, `This actor may not ${ability}: its can says so.`)
  if (actor.type === 'key' && !actor.permissions.includes(manageKeys)) {
    throw new ForbiddenError(
      ability,
      `A key manages keys only with the permission ${manageKeys}; no wildcard grants it.`,
    )
  }
}

/** What an actor may do, with the defaults filled in. Pure. */
export function abilitiesOf(actor: Actor): Readonly<Record<Ability, boolean>> {
  const manages = actor.type !== 'key' || actor.permissions.includes(manageKeys)
  const may = (ability: Ability): boolean => {
    const said = actor.can?.[ability]
    return manages && (ability === 'listAll' || ability === 'manageServiceAccounts' ? said === true : said !== false)
  }
  return {
    list: may('list'),
    listAll: may('listAll'),
    create: may('create'),
    update: may('update'),
    rotate: may('rotate'),
    revoke: may('revoke'),
    viewUsage: may('viewUsage'),
    viewActivity: may('viewActivity'),
    diagnose: may('diagnose'),
    manageServiceAccounts: may('manageServiceAccounts'),
  }
}

/** As `demand`; but a key may always end itself. */
export function requireRevoke(actor: Actor, id: string): void {
  if (!isItself(actor, id)) demand(actor, 'revoke')
}

/** @throws {ForbiddenError} unless the actor was given what it does not have by default */
export function requireExplicitly(actor: Actor, ability: 'listAll' | 'manageServiceAccounts'): void {
  demand(actor, ability)
  if (actor.can?.[ability] !== true) {
    throw new ForbiddenError(ability, `This needs an actor with can: { ${ability}: true }.`)
  }
}

/**
 * Whether the actor may have keys made for this owner: for itself, for a service account it manages, or as the system.
 */
export function mayOwnFor(actor: Actor, owner: Owner): boolean {
  const own = ownOwner(actor)
  return (
    actor.type === 'system' ||
    (own?.type === owner.type && own.id === owner.id) ||
    (owner.type === 'service' && actor.can?.manageServiceAccounts === true)
  )
}

/** The default owner of what the actor creates; undefined when it can own nothing. */
export function ownOwner({ type, id, owner }: Actor): Owner | undefined {
  if (type === 'key') return owner
  return type === 'user' || type === 'service' ? { type, id } : undefined
}

/** Whether the actor is this very key. */
export function isItself(actor: Actor, keyId: string): boolean {
  return actor.type === 'key' && actor.id === keyId
}
