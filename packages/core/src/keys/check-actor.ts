import { ValidationError } from '../errors.ts'
import type { Ability, Actor, Origin } from './actor.ts'
import { checkedOwner, checkReference, isObject } from './checks.ts'

const abilities: ReadonlySet<string> = new Set<Ability>([
  'list',
  'listAll',
  'create',
  'update',
  'rotate',
  'revoke',
  'viewUsage',
  'viewActivity',
  'diagnose',
  'manageServiceAccounts',
])
const maxOriginLength: Readonly<Record<keyof Origin, number>> = { ip: 64, userAgent: 256, requestId: 128 }

/**
 * Checks an actor. It comes from the host's code, but wrong ones come from wrong sessions: better to refuse early.
 *
 * @returns a copy: what the host changes later changes nothing here
 * @throws {ValidationError} naming the field
 */
export function checkedActor(actor: Actor): Actor {
  if (!isObject(actor)) throw new ValidationError('actor', `as() expects an actor, got ${typeof actor}.`)
  if (!['user', 'service', 'key', 'system'].includes(actor.type)) {
    throw new ValidationError('actor.type', 'Expected actor.type to be user, service, key or system.')
  }
  checkReference('actor.workspaceId', actor.workspaceId)
  checkReference('actor.id', actor.id)
  if (!Array.isArray(actor.permissions)) {
    throw new ValidationError('actor.permissions', 'Expected actor.permissions to be a list; an empty one for none.')
  }
  const { type, id, workspaceId, origin } = actor
  return {
    type,
    id,
    workspaceId,
    permissions: [...actor.permissions],
    ...(actor.can !== undefined && { can: checkedAbilities(actor.can) }),
    ...(actor.type === 'key' && checkedKeyLimits(actor)),
    ...(origin !== undefined && { origin: cutOrigin(origin) }),
  }
}

/** A misspelt ability would deny nothing. */
function checkedAbilities(can: Actor['can']): NonNullable<Actor['can']> {
  const isKnown = ([ability, may]: [string, unknown]): boolean =>
    abilities.has(ability) && (may === undefined || typeof may === 'boolean')
  if (isObject(can) && Object.entries(can).every(isKnown)) return { ...can }
  throw new ValidationError('actor.can', `Expected actor.can to say true or false of ${[...abilities].join(', ')}.`)
}

/** What bounds a key that acts must be there to bound it: a key of no owner owns nothing. */
function checkedKeyLimits({ owner, environment, expiresAt, secretVersion }: Actor): Partial<Actor> {
  if (secretVersion !== undefined && !(Number.isSafeInteger(secretVersion) && secretVersion >= 1)) {
    throw new ValidationError('actor.secretVersion', 'Expected actor.secretVersion to be an integer of at least 1.')
  }
  if (environment !== undefined && typeof environment !== 'string') {
    throw new ValidationError('actor.environment', 'Expected actor.environment to be the name of an environment.')
  }
  const isDate = expiresAt instanceof Date && !Number.isNaN(expiresAt.getTime())
  if (expiresAt !== undefined && expiresAt !== null && !isDate) {
    throw new ValidationError('actor.expiresAt', 'Expected actor.expiresAt to be a valid Date, or null for never.')
  }
  return {
    ...(owner !== undefined && { owner: checkedOwner(owner) }),
    ...(environment !== undefined && { environment }),
    ...(isDate && { expiresAt: new Date(expiresAt) }),
    ...(secretVersion !== undefined && { secretVersion }),
  }
}

/** Comes from request headers: whoever sends a strange one must not make calls fail, nor forge lines of a log. */
function cutOrigin(origin: unknown): Origin {
  if (!isObject(origin)) throw new ValidationError('actor.origin', 'Expected actor.origin to be an object of texts.')
  const entries = Object.entries(maxOriginLength).flatMap(([field, maxLength]) => {
    const text = origin[field]
    return typeof text === 'string'
      ? [[field, text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, maxLength)]]
      : []
  })
  return Object.fromEntries(entries) as Origin
}
