import { ValidationError } from '../../errors/errors.ts'
import { plainFields } from '../../input/plain-fields.ts'
import { isReference } from '../../input/reference.ts'
import { kindOf } from '../../input/describe-value.ts'
import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import { isDeclaredGrant } from '../../permissions/declared.ts'
import { isGrant, maxGrants } from '../../permissions/grammar.ts'
import { requireLimit } from '../../store/cursor.ts'
import type { ActorRef, Owner } from '../../store/records.ts'

// Control characters but for tab and line feed, and the marks that reorder text around them.
const unwritable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

/** How many values a filter may name: each may be a look-up of its own. */
const maxAlternatives = 100

/**
 * Reads an input: a plain object's own fields, into an object without a prototype.
 *
 * @throws {ValidationError} for a value that is not a plain object, and for an unknown field
 */
export function ownFields<Input extends object>(
  call: string,
  input: unknown,
  fields: readonly (keyof Input & string)[],
): Input {
  const refuse = (field = 'input', message: string): Error => new ValidationError(field, message)
  return plainFields<Input>(input, fields, { call, noun: 'field', refuse })
}

/** Checks an id that comes from the host. */
export function parseReference(field: string, id: unknown): string {
  if (isReference(id)) return id
  const got = typeof id === 'string' ? 'other text' : kindOf(id)
  throw new ValidationError(
    field,
    `Expected ${field} to be a text of 1 to 255 characters without control characters, got ${got}.`,
  )
}

/** Checks a text that people write and read: line breaks and tabs are fine. */
export function parseText(field: string, text: unknown, maxLength: number): string {
  if (typeof text === 'string' && text.length <= maxLength && !unwritable.test(text)) return text
  throw new ValidationError(
    field,
    `Expected ${field} to be at most ${maxLength} characters without control characters.`,
  )
}

/** Checks a text that is only compared with others. */
export function boundedText(field: string, text: unknown, maxLength = 255): string {
  if (typeof text === 'string' && text.length <= maxLength) return text
  throw new ValidationError(field, `Expected ${field} to be a text of at most ${maxLength} characters.`)
}

/** Checks one value or a list of at least one. @returns them without duplicates */
export function oneOrMany<Value>(field: string, value: unknown, parse: (each: unknown) => Value): readonly Value[] {
  // Array.from visits holes too: a sparse list must not slip through.
  const all = Array.isArray(value) ? Array.from(value as readonly unknown[]) : [value]
  if (all.length >= 1 && all.length <= maxAlternatives) return [...new Set(all.map(parse))]
  throw new ValidationError(field, `Expected ${field} to be one, or a list of 1 to ${maxAlternatives}.`)
}

/** Checks how many items a page may hold. */
export function parseLimit(limit: unknown = 25): number {
  requireLimit(limit)
  return limit
}

/** Checks an owner. */
export function parseOwner(given: unknown): Owner {
  const { type, id } = reference('owner', given)
  if (type === 'user' || type === 'service') return { type, id: parseReference('owner.id', id) }
  throw new ValidationError('owner', "Expected owner to be { type: 'user' | 'service', id }.")
}

/** Checks who did something. */
export function parseActorRef(given: unknown): ActorRef {
  const { type, id } = reference('actor', given)
  if (type === 'user' || type === 'service' || type === 'key' || type === 'system') {
    return { type, id: parseReference('actor.id', id) }
  }
  throw new ValidationError('actor', "Expected actor to be { type: 'user' | 'service' | 'key' | 'system', id }.")
}

function reference(field: 'owner' | 'actor', given: unknown): { readonly type?: unknown; readonly id?: unknown } {
  const refuse = (_: string | undefined, message: string): Error => new ValidationError(field, message)
  return plainFields(given, ['type', 'id'], { call: field, noun: 'field', refuse })
}

/** Checks the form of a list of grants. @returns a copy, as it was given */
export function grantList(grants: unknown): readonly string[] {
  if (!Array.isArray(grants) || grants.length > maxGrants) {
    throw new ValidationError('permissions', `Expected permissions to be a list of at most ${maxGrants}.`)
  }
  // Array.from visits holes too: a sparse list must not slip through.
  return Array.from(grants as readonly unknown[], (grant, index) => {
    if (isGrant(grant)) return grant
    throw new ValidationError(
      `permissions[${index}]`,
      `permissions[${index}] is not resource:action (either side may be *).`,
    )
  })
}

/**
 * Checks grants against what is declared. What is held already may stay when its permission was taken out of the
 * catalogue, so that a list can be sent back as it was shown.
 *
 * @returns them sorted, without duplicates
 */
export function parseGrants(
  grants: unknown,
  catalogue: PermissionCatalogue,
  held: readonly string[] = [],
): readonly string[] {
  const list = grantList(grants)
  list.forEach((grant, index) => {
    if (held.includes(grant) || isDeclaredGrant(grant, catalogue)) return
    throw new ValidationError(`permissions[${index}]`, `permissions[${index}] covers nothing that is declared.`)
  })
  return [...new Set(list)].sort()
}
