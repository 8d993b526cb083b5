import { parseAddressList } from '../../addresses/parse-list.ts'
import { ValidationError } from '../../errors/errors.ts'
import { plainFields } from '../../input/plain-fields.ts'
import { readSelection } from '../../restrictions/read-selection.ts'
import { everything, type Selection } from '../../restrictions/selection.ts'
import type { Ability, Actor, KeyActor, Origin } from './actor.ts'
import { parseOwner, parseReference } from './checks.ts'

const abilities: readonly Ability[] = [
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
]
const originLengths: Readonly<Record<keyof Origin, number>> = { ip: 64, userAgent: 256, requestId: 128 }
const fields = ['type', 'id', 'workspaceId', 'permissions', 'resources', 'can', 'origin'] as const
// An actor may have been given one after the other for years.
const maxIds = 10_000
const keyLimits = ['owner', 'environment', 'expiresAt', 'secretVersion', 'allowedAddresses'] as const

/**
 * Checks an actor. It comes from the host's code, but wrong ones come from wrong sessions: better to refuse early. A
 * limit that is misspelt, or that an actor of its type does not have, would limit nothing.
 *
 * @param mask blots tokens out of what the origin says
 * @param types the declared types of resources
 * @returns a copy with every field, whether it was given or not: what the host changes later changes nothing here, and
 *   nothing is inherited, however it is copied
 * @throws {ValidationError} naming the field
 */
export function parseActor(given: Actor, mask: (text: string) => string, types: readonly string[]): Actor {
  const actor = actorFields(given)
  parseReference('actor.workspaceId', actor.workspaceId)
  parseReference('actor.id', actor.id)
  if (!Array.isArray(actor.permissions)) {
    throw new ValidationError('actor.permissions', 'Expected actor.permissions to be a list; an empty one for none.')
  }
  const { type, id, workspaceId, permissions } = actor
  return complete({
    type,
    id,
    workspaceId,
    permissions: [...permissions],
    resources: parseResources(actor.resources, types),
    can: parseAbilities(actor.can),
    origin: actor.origin === undefined ? undefined : parseOrigin(actor.origin, mask),
    ...parseKeyLimits(actor),
  })
}

/** The same actor, seeing its keys of every environment. */
export function inEveryEnvironment(actor: Actor): Actor {
  return complete({ ...actor, environment: undefined })
}

// Left out and undefined say the same; the type knows only the first.
function complete(actor: object): Actor {
  return Object.freeze(actor) as Actor
}

function actorFields(given: unknown): KeyActor {
  const actor = plainFields<KeyActor>(given, [...fields, ...keyLimits], {
    call: 'An actor',
    noun: 'field',
    refuse: (field, message) => new ValidationError(field === undefined ? 'actor' : `actor.${field}`, message),
  })
  if (!['user', 'service', 'key', 'system'].includes(actor.type)) {
    throw new ValidationError('actor.type', 'Expected actor.type to be user, service, key or system.')
  }
  const limit = keyLimits.find((name) => actor[name] !== undefined)
  if (actor.type === 'key' || limit === undefined) return actor
  throw new ValidationError(
    `actor.${limit}`,
    `Only an actor of the type key is limited by ${limit}; this one is of the type ${String(actor.type)}.`,
  )
}

/** Undefined means all, as with every limit of an actor; a type that is undefined means nothing, and is refused. */
function parseResources(given: unknown, types: readonly string[]): Selection {
  if (given === undefined) return everything
  return readSelection(given, {
    field: 'actor.resources',
    types,
    maxIds,
    mayBeEmpty: true,
    refuse: (field, message) => new ValidationError(field, message),
  })
}

/** Says something of every ability, if only undefined. A misspelt ability would deny nothing. */
function parseAbilities(given: Actor['can']): NonNullable<Actor['can']> {
  const can = plainFields<NonNullable<Actor['can']>>(given === undefined ? {} : given, abilities, {
    call: 'actor.can',
    noun: 'ability',
    refuse: (field, message) => new ValidationError(field === undefined ? 'actor.can' : `actor.can.${field}`, message),
  })
  const wrong = abilities.find((ability) => can[ability] !== undefined && typeof can[ability] !== 'boolean')
  if (wrong !== undefined) {
    throw new ValidationError(`actor.can.${wrong}`, `Expected actor.can.${wrong} to be true or false.`)
  }
  return Object.freeze(Object.fromEntries(abilities.map((ability) => [ability, can[ability]])))
}

/** What bounds a key that acts must be there to bound it: a key of no owner owns nothing. */
function parseKeyLimits({
  owner,
  environment,
  expiresAt,
  secretVersion,
  allowedAddresses,
}: KeyActor): Record<(typeof keyLimits)[number], unknown> {
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
    owner: owner === undefined ? undefined : parseOwner(owner),
    environment,
    expiresAt: isDate ? new Date(expiresAt) : undefined,
    secretVersion,
    allowedAddresses:
      allowedAddresses === undefined ? undefined : parseAddressList('actor.allowedAddresses', allowedAddresses),
  }
}

/**
 * Comes from request headers: a malicious value must neither make calls fail nor forge log entries. Masked
 * before it is cut, or the cut could leave a token that the pattern no longer finds.
 */
function parseOrigin(given: unknown, mask: (text: string) => string): Origin {
  const names = Object.keys(originLengths) as (keyof Origin)[]
  const origin = plainFields<Origin>(given, names, {
    call: 'actor.origin',
    noun: 'field',
    refuse: (field, message) =>
      new ValidationError(field === undefined ? 'actor.origin' : `actor.origin.${field}`, message),
  })
  const entries = names.flatMap((name): [string, string][] => {
    const text: unknown = origin[name]
    return typeof text === 'string' ? [[name, sentText(text, originLengths[name], mask)]] : []
  })
  return Object.freeze(Object.fromEntries(entries))
}

// Headers may be long: what cannot be kept is not looked at, but for a token that begins where the rest ends.
const tokenRoom = 128

function sentText(text: string, maxLength: number, mask: (text: string) => string): string {
  const beginning = text.slice(0, maxLength + tokenRoom).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
  return mask(beginning).slice(0, maxLength)
}
