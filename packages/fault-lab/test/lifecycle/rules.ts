import type { Actor, ErrorCode, Owner } from '@claviger/core'
import { covers, coversAll, isGrantable } from './grants.ts'
import { clientsOf, handedOut, type Might, reachesAll, type Resources, resourcesOf } from './limits.ts'
import {
  accountTimeline,
  day,
  grantsOf,
  isOverlapping,
  isSame,
  type Model,
  type ModelAccount,
  type ModelKey,
  statusOf,
} from './model.ts'
import { isForbidden, isItself, mayOwnFor, outlives, ownOwner, sees } from './rights.ts'

/*
 * Why a call is refused: of the reasons that apply, the first. Undefined: it is not.
 */

type Refusal = ErrorCode | undefined
const forbidden = 'ERR_CLAVIGER_FORBIDDEN'
const invalid = 'ERR_CLAVIGER_VALIDATION'
const notFound = 'ERR_CLAVIGER_KEY_NOT_FOUND'
const ceiling = 'ERR_CLAVIGER_PERMISSION_CEILING'

/** What is asked of a new key, with the end it would have. */
export interface CreateWish {
  readonly permissions: readonly string[] | undefined
  readonly environment: string
  readonly allowedAddresses?: readonly string[] | undefined
  readonly resources?: Resources | undefined
  readonly owner: Owner | undefined
  /** Undefined: nothing said. */
  readonly end: number | null | undefined
}

export function createRefusal(model: Model, actor: Actor, wish: CreateWish): Refusal {
  if (isForbidden(actor, 'create')) return forbidden
  if (wish.permissions?.every(isGrantable) === false) return invalid
  if (isPast(model, wish.end) || isSlip(wish.resources)) return invalid
  const owner = wish.owner ?? ownOwner(actor)
  if (owner === undefined || !mayOwnFor(actor, owner)) return forbidden
  if (actor.environment !== undefined && actor.environment !== wish.environment) return forbidden
  const end = endOfNew(actor, wish.end)
  if (isTooLong(model, end, model.now)) return invalid
  if (outlives(actor, end)) return forbidden
  if (worksElsewhere(actor, wish.allowedAddresses ?? actor.allowedAddresses ?? [])) return forbidden
  const might = { permissions: wish.permissions ?? [], resources: wish.resources ?? {} }
  if (!holds(actor, might)) return ceiling
  return ownerRefusal(model, actor.workspaceId, owner, might)
}

/** A key without an expiry of its own ends with the key that made it. */
export function endOfNew(actor: Actor, end: number | null | undefined): number | null {
  return end === undefined ? (actor.expiresAt?.getTime() ?? null) : end
}

/** A service account must be there, and bounds what its keys are given; a user only what they do. */
function ownerRefusal(model: Model, workspace: string, owner: Owner, might: Might): Refusal {
  if (owner.type === 'user') return undefined
  const held = grantsOf(model, workspace, owner)
  if (held === null) return forbidden
  // An account of Claviger reaches everything.
  const reached = accountTimeline(model, workspace, owner.id) === undefined ? resourcesOf(owner) : {}
  return coversAll(held, might.permissions) && reachesAll(reached, might.resources) ? undefined : ceiling
}

/** A change of a key. */
export interface UpdateWish {
  readonly name?: string
  readonly permissions?: readonly string[]
  readonly allowedAddresses?: readonly string[]
  readonly resources?: Resources
  readonly end?: number | null
  readonly revision?: number
}

export function updateRefusal(model: Model, actor: Actor, key: ModelKey | undefined, wish: UpdateWish): Refusal {
  if (isForbidden(actor, 'update')) return forbidden
  if (isPast(model, wish.end) || isSlip(wish.resources)) return invalid
  if (key === undefined || !sees(actor, key)) return notFound
  if (wish.revision !== undefined && wish.revision !== key.revision) return 'ERR_CLAVIGER_CONFLICT'
  if (hasEnded(model, key)) return 'ERR_CLAVIGER_KEY_ENDED'
  // Judged with the key: what it was granted before may have gone from the catalogue, and may stay.
  if (wish.permissions?.every(isGrantable) === false) return invalid
  const end = wish.end === undefined ? key.expiresAt : wish.end
  if (end !== key.expiresAt && isTooLong(model, end, key.current.createdAt)) return invalid
  const addresses = wish.allowedAddresses ?? key.allowedAddresses
  const after = { permissions: wish.permissions ?? key.permissions, resources: wish.resources ?? key.resources }
  const more = handedOut(key, after, covers)
  const isWhole = isLater(end, key.expiresAt) || isWider(addresses, key.allowedAddresses)
  const granted = isWhole ? after : more
  if (granted !== undefined) {
    if (!holds(actor, granted)) return ceiling
    if (outlives(actor, end) || worksElsewhere(actor, addresses)) return forbidden
  }
  return more === undefined ? undefined : ownerRefusal(model, key.workspace, key.owner, more)
}

export function rotateRefusal(model: Model, actor: Actor, key: ModelKey | undefined, overlap: number): Refusal {
  if (isForbidden(actor, 'rotate')) return forbidden
  if (overlap > 7 * day) return invalid
  if (key === undefined || !sees(actor, key)) return notFound
  if (hasEnded(model, key)) return 'ERR_CLAVIGER_KEY_ENDED'
  if (!mayOwnFor(actor, key.owner)) return forbidden
  const refusal = handOverRefusal(actor, key)
  if (refusal !== undefined) return refusal
  return overlap > 0 && isOverlapping(key, model.now) ? 'ERR_CLAVIGER_ROTATION_IN_PROGRESS' : undefined
}

/** For what needs no more than sight of a key that lives. */
export function simpleRefusal(
  model: Model,
  actor: Actor,
  key: ModelKey | undefined,
  ability: 'rotate' | 'revoke',
): Refusal {
  if (isForbidden(actor, ability)) return forbidden
  if (key === undefined || !sees(actor, key)) return notFound
  return hasEnded(model, key) ? 'ERR_CLAVIGER_KEY_ENDED' : undefined
}

export function enableRefusal(model: Model, actor: Actor, key: ModelKey | undefined): Refusal {
  if (isForbidden(actor, 'update')) return forbidden
  if (key === undefined || !sees(actor, key)) return notFound
  if (hasEnded(model, key)) return 'ERR_CLAVIGER_KEY_ENDED'
  return key.disabledAt === null ? undefined : handOverRefusal(actor, key)
}

/** A key that works may end itself, with its owner or without; and ended keys may be ended again. */
export function revokeRefusal(model: Model, actor: Actor, id: string, key: ModelKey | undefined): Refusal {
  if (isItself(actor, id) ? !showsGoodSecret(model, actor, key) : isForbidden(actor, 'revoke')) return forbidden
  return key === undefined || !sees(actor, key) ? notFound : undefined
}

export function transferRefusal(model: Model, actor: Actor, key: ModelKey | undefined, to: Owner): Refusal {
  if (isForbidden(actor, 'update')) return forbidden
  if (!mayOwnFor(actor, to)) return forbidden
  if (key === undefined || !sees(actor, key)) return notFound
  if (hasEnded(model, key)) return 'ERR_CLAVIGER_KEY_ENDED'
  if (isSame(key.owner, to)) return undefined
  if (!holds(actor, key)) return ceiling
  if (outlives(actor, key.expiresAt) || worksElsewhere(actor, key.allowedAddresses)) return forbidden
  return ownerRefusal(model, actor.workspaceId, to, key)
}

export function readRefusal(actor: Actor, key: ModelKey | undefined): Refusal {
  if (isForbidden(actor, 'list')) return forbidden
  return key === undefined || !sees(actor, key) ? notFound : undefined
}

export function accountRefusal(
  actor: Actor,
  account: ModelAccount | undefined,
  { permissions, isMade = false, mayBeDeleted = false }: AccountWish = {},
): Refusal {
  if (isForbidden(actor, 'manageServiceAccounts') || actor.can?.manageServiceAccounts !== true) return forbidden
  const gone = account === undefined || (account.deletedAt !== null && !mayBeDeleted)
  if (gone && !isMade) return 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND'
  if (permissions?.every(isGrantable) === false) return invalid
  const added = (permissions ?? []).filter((grant) => !covers(account?.permissions ?? [], grant))
  if (!coversAll(actor.permissions, added)) return ceiling
  // An account knows neither end nor environment, and reaches everything: who is bound would get rid of that.
  const isBound = actor.type === 'key' || !reachesAll(actor.resources ?? {}, {})
  return isBound && (isMade || added.length > 0) ? forbidden : undefined
}

/** What is asked of a service account. */
export interface AccountWish {
  readonly permissions?: readonly string[]
  readonly isMade?: boolean
  readonly mayBeDeleted?: boolean
}

/** Who hands out a key as it is must hold what it was granted, as a key does of itself, and last as long. */
function handOverRefusal(actor: Actor, key: ModelKey): Refusal {
  if (!isItself(actor, key.id) && !holds(actor, key)) return ceiling
  return outlives(actor, key.expiresAt) || worksElsewhere(actor, key.allowedAddresses) ? forbidden : undefined
}

/** Whether an actor holds these grants, and reaches these resources. */
function holds({ permissions, resources = {} }: Actor, might: Might): boolean {
  return coversAll(permissions, might.permissions) && reachesAll(resources, might.resources)
}

/** Whether a list lets in a client from which the actor itself does not work. */
function worksElsewhere({ allowedAddresses = [] }: Actor, addresses: readonly string[]): boolean {
  return isWider(addresses, allowedAddresses)
}

function isWider(wanted: readonly string[], held: readonly string[]): boolean {
  return clientsOf(wanted).some((client) => !clientsOf(held).includes(client))
}

/** None of a type: a key that reaches nothing is no one's wish. */
function isSlip(resources: Resources | undefined): boolean {
  return Object.values(resources ?? {}).some((ids) => ids.length === 0)
}

/**
 * Whether the secret that a key acts by would pass, as far as the key itself decides it; a revoked key ends itself
 * again.
 */
function showsGoodSecret({ now }: Model, { secretVersion }: Actor, key: ModelKey | undefined): boolean {
  if (key === undefined || key.revokedAt !== null) return true
  const secret = [key.current, key.previous].find((each) => each?.version === secretVersion)
  const works = secret !== undefined && (secret.endsAt === null || now < secret.endsAt)
  return works && !['disabled', 'expired'].includes(statusOf(key, now))
}

function hasEnded({ now }: Model, key: ModelKey): boolean {
  return ['revoked', 'expired'].includes(statusOf(key, now))
}

function isPast({ now }: Model, end: number | null | undefined): boolean {
  return end !== undefined && end !== null && end <= now
}

/** A secret lives no longer than the policy allows, from its creation. */
function isTooLong({ policy: { maxLifetime } }: Model, end: number | null, madeAt: number): boolean {
  return maxLifetime !== null && (end === null || end > madeAt + maxLifetime)
}

function isLater(end: number | null, than: number | null): boolean {
  return than !== null && (end === null || end > than)
}
