import { ValidationError } from '../errors.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { isDeclaredGrant } from '../permissions/declared.ts'
import { isGrant, maxGrants } from '../permissions/grammar.ts'
import type { Owner } from '../store/records.ts'

// Control characters, and the marks that reorder text around them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

// The same, but for tab and line feed.
const unwritable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

/** An object that is not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads an input: its own fields only, each once, so that what was checked is what is used. Refuses what is no object,
 * and fields nobody reads: a misspelt one must not be ignored.
 */
export function ownFields<Input extends object>(call: string, input: Input, fields: readonly string[]): Input {
  if (!isObject(input)) throw new ValidationError('input', `${call} expects an object, got ${typeof input}.`)
  for (const field of Object.keys(input)) {
    if (fields.includes(field)) continue
    const [name, what] = isSayable(field) ? [field, `"${field}"`] : ['input', 'field of that name']
    throw new ValidationError(name, `${call} takes no ${what}. It takes ${fields.join(', ')}.`)
  }
  return { ...input }
}

/** Whether a name that came from outside may be repeated in an error: a longer one may be a token in the wrong place. */
export function isSayable(name: string): boolean {
  return /^\w{1,32}$/.test(name)
}

/** Checks an id that comes from the host. */
export function checkReference(field: string, id: unknown): string {
  if (typeof id === 'string' && id.length >= 1 && id.length <= 255 && !unprintable.test(id)) return id
  throw new ValidationError(field, `Expected ${field} to be 1 to 255 characters without control characters.`)
}

/** Checks a text that people write and read: line breaks and tabs are fine. */
export function checkedText(field: string, text: unknown, maxLength: number): string {
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

/** Checks how many items a page may hold. */
export function checkedLimit(limit: unknown = 25): number {
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= 100) return limit as number
  throw new ValidationError('limit', 'Expected limit to be an integer from 1 to 100.')
}

/** Checks an owner. */
export function checkedOwner(owner: unknown): Owner {
  if (!isObject(owner) || (owner.type !== 'user' && owner.type !== 'service')) {
    throw new ValidationError('owner', "Expected owner to be { type: 'user' | 'service', id }.")
  }
  return { type: owner.type, id: checkReference('owner.id', owner.id) }
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
export function checkedGrants(
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
