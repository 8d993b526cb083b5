import { isWider } from '../../addresses/address-list.ts'
import { ForbiddenError, PermissionCeilingError } from '../../errors/errors.ts'
import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import { declaredGrants } from '../../permissions/declared.ts'
import { grantSet } from '../../permissions/match.ts'
import { beyond, isEverything, isExcess, type Selection } from '../../restrictions/selection.ts'
import type { KeyRecord } from '../../store/records.ts'
import type { Actor } from '../shapes/actor.ts'
import type { Reach } from './handed-out.ts'
import { isItself } from './rights.ts'

/*
 * An actor can grant only what it holds. Every change that makes an owner able to do more counts as granting: a new
 * key, another grant, a later end, a new secret, a key enabled or moved to another owner.
 */

/**
 * A grant that covers nothing declared hands out nothing, and is not asked for.
 *
 * @throws {PermissionCeilingError} naming the grants that the actor does not hold
 */
export function requireGrants(actor: Actor, grants: readonly string[], catalogue: PermissionCatalogue): void {
  const held = grantSet(actor.permissions)
  const missing = declaredGrants(grants, catalogue).filter((grant) => !held.covers(grant))
  if (missing.length > 0) throw new PermissionCeilingError(missing)
}

/** @throws {PermissionCeilingError} naming the resources that the actor does not reach */
export function requireResources(actor: Actor, resources: Selection): void {
  const excess = beyond(resources, actor.resources ?? {})
  if (isExcess(excess)) throw new PermissionCeilingError([], 'actor', excess)
}

/** Of permissions and resources. @throws {PermissionCeilingError} */
export function requireReach(actor: Actor, { permissions, resources }: Reach, catalogue: PermissionCatalogue): void {
  requireGrants(actor, permissions, catalogue)
  requireResources(actor, resources)
}

/** A key that acts makes nothing that outlives it. @throws {ForbiddenError} */
export function requireEnd(actor: Actor, expiresAt: number | null): void {
  const latest = endOf(actor)
  if (latest === null || (expiresAt !== null && expiresAt <= latest)) return
  throw new ForbiddenError(
    'expiresAt',
    `A key hands out nothing that outlives it: this actor ends at ${new Date(latest).toISOString()}.`,
  )
}

/** A key that acts makes nothing that works from where it does not. @throws {ForbiddenError} */
export function requireAddresses(actor: Actor, allowedAddresses: readonly string[]): void {
  const own = addressesOfActor(actor)
  if (!isWider(allowedAddresses, own)) return
  throw new ForbiddenError(
    'allowedAddresses',
    `A key hands out nothing that works from more addresses than it does: this actor works from ${own.join(', ')}.`,
  )
}

/** A key that acts keeps to its own environment. @throws {ForbiddenError} */
export function requireEnvironment(actor: Actor, environment: string): void {
  if (actor.environment === undefined || actor.environment === environment) return
  throw new ForbiddenError('environment', `A key makes keys of its own environment only: ${actor.environment}.`)
}

/**
 * For what hands out a key as it is: its grants on its resources, until its end. A key holds its own, but not beyond its
 * secret.
 */
export function requireAllOf(actor: Actor, record: KeyRecord, catalogue: PermissionCatalogue): void {
  if (!isItself(actor, record.id)) requireReach(actor, record, catalogue)
  requireEnd(actor, record.expiresAt)
  requireAddresses(actor, record.allowedAddresses)
}

/**
 * A service account has neither an expiry nor an environment nor addresses, and reaches every resource: an actor bound by
 * one of these cannot create accounts, or give them more permissions.
 */
export function requireUnbound(actor: Actor): void {
  if (!isEverything(actor.resources ?? {})) {
    throw new ForbiddenError(
      'manageServiceAccounts',
      'An actor that reaches some resources only cannot create service accounts or give them more permissions: an account reaches all.',
    )
  }
  if (endOf(actor) === null && actor.environment === undefined && addressesOfActor(actor).length === 0) return
  throw new ForbiddenError(
    'manageServiceAccounts',
    'A key cannot create service accounts or give them more permissions.',
  )
}

/** @throws {ForbiddenError} for a key that has ended meanwhile */
export function requireNotOver(actor: Actor, now: number): void {
  const end = endOf(actor)
  if (end === null || now < end) return
  throw new ForbiddenError('act', `This actor is a key that ended at ${new Date(end).toISOString()}.`)
}

/** From where the actor itself works: empty for anywhere, and for an actor that is not a key. */
export function addressesOfActor({ allowedAddresses = [] }: Actor): readonly string[] {
  return allowedAddresses
}

/** When the actor itself ends: null for never, or for an actor that is not a key. Epoch milliseconds. */
export function endOf({ expiresAt }: Actor): number | null {
  return expiresAt?.getTime() ?? null
}
