import { ForbiddenError, PermissionCeilingError } from '../../errors/errors.ts'
import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import { declaredGrants } from '../../permissions/declared.ts'
import { type GrantSet, grantSet } from '../../permissions/match.ts'
import { beyond, everything, isExcess, type Selection } from '../../restrictions/selection.ts'
import type { Owner } from '../../store/records.ts'
import type { Write } from '../../store/store.ts'
import type { Owners } from '../../verify/owners.ts'
import type { Reading } from '../reading/reading.ts'
import type { Reach } from '../rules/handed-out.ts'
import { mayOwnFor, ownOwner } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'

/** What it means for a key to belong to an owner. */
export interface Ownership {
  readonly owner: Owner
  /** What the key may hold at most; undefined for users, who bound their keys only when these are used. */
  readonly ceiling: GrantSet | undefined
  /** Which resources the key may reach at most. An account of Claviger's own reaches all. */
  readonly resources: Selection
  /** Committed with the key, so that an account that is being deleted gets no keys. */
  readonly besides: readonly Write[]
}

/** Whose a new key is. @throws {ForbiddenError} for an owner the actor may not make keys for */
export function ownerForNewKey(actor: Actor, wanted: Owner | undefined): Owner {
  const owner = wanted ?? ownOwner(actor)
  if (owner === undefined) {
    throw new ForbiddenError('create', `A ${actor.type} actor owns no keys. Say whose the key is: owner: { type, id }.`)
  }
  if (mayOwnFor(actor, owner)) return owner
  throw new ForbiddenError('create', 'An actor can create keys for itself and for service accounts it manages only.')
}

/**
 * Looks at a future owner: a service account must exist, whether it is Claviger's or the host's.
 *
 * @throws {ForbiddenError} when it does not @throws {UnavailableError}
 */
export type LookUpOwner = (workspaceId: string, owner: Owner) => Promise<Ownership>

/** Makes the look at owners. */
export function createOwnerLookUp(reading: Pick<Reading, 'account'>, owners: Pick<Owners, 'read'>): LookUpOwner {
  return async (workspaceId, owner) => {
    if (owner.type === 'user') return unboundedUser(owner)
    const account = await reading.account(workspaceId, owner.id)
    if (account !== undefined) {
      if (account.deletedAt !== null) throw goneOwner()
      const touched = { ...account, revision: account.revision + 1 }
      const write: Write = { type: 'serviceAccount', record: touched, expectedRevision: account.revision }
      return { owner, ceiling: grantSet(account.permissions), resources: everything, besides: [write] }
    }
    const { grants, resources } = await owners.read({ workspaceId, owner })
    if (grants === null) throw goneOwner()
    return { owner, ceiling: grants, resources, besides: [] }
  }
}

/** A user: bounded when its keys are used. */
export function unboundedUser(owner: Owner): Ownership {
  return { owner, ceiling: undefined, resources: everything, besides: [] }
}

/** The name of the turn that keys for a service account are stored in. */
export function accountTurn(workspaceId: string, accountId: string): string {
  return JSON.stringify([workspaceId, accountId])
}

/** @throws {PermissionCeilingError} naming what the owner would not cover */
export function requireWithin(
  { ceiling, resources: reached }: Ownership,
  { permissions, resources }: Reach,
  catalogue: PermissionCatalogue,
): void {
  if (ceiling === undefined) return
  const missing = declaredGrants(permissions, catalogue).filter((grant) => !ceiling.covers(grant))
  const excess = beyond(resources, reached)
  if (missing.length > 0 || isExcess(excess)) throw new PermissionCeilingError(missing, 'owner', excess)
}

function goneOwner(): ForbiddenError {
  return new ForbiddenError('owner', 'This service account does not exist in this workspace, or was deleted.')
}
