import { ValidationError } from '../errors.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { isDeclaredGrant } from '../permissions/declared.ts'
import { maxGrants } from '../permissions/grammar.ts'
import type { Owner } from '../store/records.ts'
import type { Actor } from './actor.ts'
import type { CreateKeyInput } from './manager.ts'

/** What the rules for input depend on. */
export interface InputRules {
  readonly permissions: PermissionCatalogue
  readonly environments: readonly string[]
  readonly maxLifetimeMs: number
}

/** A checked `create` input; what was left out is undefined. */
export interface CheckedInput {
  readonly name: string
  readonly environment: string
  readonly description: string | null
  readonly permissions: readonly string[] | undefined
  readonly owner: Owner | undefined
  readonly expiresAt: number | null
  readonly metadata: Readonly<Record<string, string>>
}

// Control characters, and the marks that reorder text around them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
const fields = new Set(['name', 'environment', 'description', 'permissions', 'owner', 'expiresAt', 'metadata'])

/** Checks what `create` was given, at the instant `now`. Pure. @throws {ValidationError} naming the field */
export function checkCreateInput(input: CreateKeyInput, rules: InputRules, now: number): CheckedInput {
  if (!isObject(input)) throw new ValidationError('input', `create expects an object, got ${typeof input}.`)
  for (const field of Object.keys(input)) {
    if (!fields.has(field))
      throw new ValidationError(field, `A key has no field "${field.slice(0, 64)}" that can be set.`)
  }
  return {
    name: checkedName(input.name),
    environment: checkedEnvironment(input.environment, rules.environments),
    description: input.description === undefined ? null : checkedText('description', input.description, 2_000),
    permissions: input.permissions === undefined ? undefined : checkedGrants(input.permissions, rules.permissions),
    owner: input.owner === undefined ? undefined : checkedOwner(input.owner),
    expiresAt: checkedExpiry(input.expiresAt ?? null, rules.maxLifetimeMs, now),
    metadata: checkedMetadata(input.metadata ?? {}),
  }
}

/** Checks an actor. It comes from the host's code, but wrong ones come from wrong sessions: better to refuse early. */
export function checkActor(actor: Actor): Actor {
  if (!isObject(actor)) throw new ValidationError('actor', `as() expects an actor, got ${typeof actor}.`)
  if (!['user', 'service', 'key', 'system'].includes(actor.type)) {
    throw new ValidationError('actor.type', 'Expected actor.type to be user, service, key or system.')
  }
  checkReference('actor.workspaceId', actor.workspaceId)
  checkReference('actor.id', actor.id)
  if (!Array.isArray(actor.permissions)) {
    throw new ValidationError('actor.permissions', 'Expected actor.permissions to be a list; an empty one for none.')
  }
  return actor
}

/** Checks an id that comes from the host. */
export function checkReference(field: string, id: unknown): string {
  if (typeof id === 'string' && id.length >= 1 && id.length <= 255 && !unprintable.test(id)) return id
  throw new ValidationError(field, `Expected ${field} to be 1 to 255 characters without control characters.`)
}

/** Checks a text that people write and read. */
export function checkedText(field: string, text: unknown, maxLength: number): string {
  if (typeof text === 'string' && text.length <= maxLength && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    return text
  throw new ValidationError(
    field,
    `Expected ${field} to be at most ${maxLength} characters without control characters.`,
  )
}

/** Checks an owner. */
export function checkedOwner(owner: Owner): Owner {
  if (!isObject(owner) || (owner.type !== 'user' && owner.type !== 'service')) {
    throw new ValidationError('owner', "Expected owner to be { type: 'user' | 'service', id }.")
  }
  return { type: owner.type, id: checkReference('owner.id', owner.id) }
}

function checkedName(name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= 128 && !unprintable.test(name)) return name
  throw new ValidationError(
    'name',
    'Expected name to be 1 to 128 characters without control characters. Say what uses the key.',
  )
}

function checkedEnvironment(environment: unknown, environments: readonly string[]): string {
  const declared = environments.find((candidate) => candidate === environment)
  if (declared !== undefined) return declared
  throw new ValidationError('environment', `Expected environment to be one of ${environments.join(', ')}.`)
}

function checkedGrants(grants: unknown, catalogue: PermissionCatalogue): readonly string[] {
  if (!Array.isArray(grants) || grants.length > maxGrants) {
    throw new ValidationError('permissions', `Expected permissions to be a list of at most ${maxGrants}.`)
  }
  // Array.from visits holes too: a sparse list must not slip through.
  const checked = Array.from(grants as readonly unknown[], (grant, index) => {
    if (isDeclaredGrant(grant, catalogue)) return grant
    const field = `permissions[${index}]`
    throw new ValidationError(
      field,
      `${field} is not resource:action (either side may be *) or covers nothing declared.`,
    )
  })
  return [...new Set(checked)].sort()
}

function checkedExpiry(expiresAt: unknown, maxLifetimeMs: number, now: number): number | null {
  const latest = now + maxLifetimeMs
  if (expiresAt === null) {
    if (maxLifetimeMs === Number.POSITIVE_INFINITY) return null
    throw new ValidationError('expiresAt', 'Keys must expire here (policy.maxLifetimeMs): give expiresAt.')
  }
  const at = expiresAt instanceof Date ? expiresAt.getTime() : Number.NaN
  if (Number.isNaN(at))
    throw new ValidationError('expiresAt', 'Expected expiresAt to be a valid Date, or null for never.')
  if (at <= now) throw new ValidationError('expiresAt', 'Expected expiresAt to be in the future.')
  if (at > latest) throw new ValidationError('expiresAt', 'expiresAt is later than policy.maxLifetimeMs allows.')
  return at
}

function checkedMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (!isObject(metadata) || Object.keys(metadata).length > 32) {
    throw new ValidationError('metadata', 'Expected metadata to be an object of at most 32 texts.')
  }
  for (const [name, text] of Object.entries(metadata)) {
    if (name.length < 1 || name.length > 64)
      throw new ValidationError('metadata', 'A metadata name is 1 to 64 characters.')
    checkedText(`metadata.${name}`, text, 1_000)
  }
  return { ...metadata } as Readonly<Record<string, string>>
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
