import { ValidationError } from '../errors.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { isDeclaredGrant } from '../permissions/declared.ts'
import { maxGrants } from '../permissions/grammar.ts'
import type { Owner } from '../store/records.ts'

// Control characters, and the marks that reorder text around them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** An object that is not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Refuses what is no object, and fields nobody reads: a misspelt one must not be ignored. */
export function checkFields(call: string, input: unknown, fields: readonly string[]): void {
  if (!isObject(input)) throw new ValidationError('input', `${call} expects an object, got ${typeof input}.`)
  for (const field of Object.keys(input)) {
    if (fields.includes(field)) continue
    const [name, what] = isSayable(field) ? [field, `"${field}"`] : ['input', 'field of that name']
    throw new ValidationError(name, `${call} takes no ${what}. It takes ${fields.join(', ')}.`)
  }
}

/** Whether a name that came from outside may be repeated in an error: a longer one may be a token in the wrong place. */
function isSayable(name: string): boolean {
  return /^\w{1,32}$/.test(name)
}

/** Checks an id that comes from the host. */
export function checkReference(field: string, id: unknown): string {
  if (typeof id === 'string' && id.length >= 1 && id.length <= 255 && !unprintable.test(id)) return id
  throw new ValidationError(field, `Expected ${field} to be 1 to 255 characters without control characters.`)
}

/** Checks a text that people write and read: line breaks and tabs are fine. */
function checkedText(field: string, text: unknown, maxLength: number): string {
  if (typeof text === 'string' && text.length <= maxLength && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    return text
  throw new ValidationError(
    field,
    `Expected ${field} to be at most ${maxLength} characters without control characters.`,
  )
}

/** Checks a text or null; left out, it is null. */
export function checkedDescription(description: unknown = null): string | null {
  return description === null ? null : checkedText('description', description, 2_000)
}

/** Checks why something was done; left out, it is null. */
export function checkedReason(reason: unknown = null): string | null {
  return reason === null ? null : checkedText('reason', reason, 500)
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

/** Checks a name: one line that says something. */
export function checkedName(name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= 128 && !unprintable.test(name)) return name
  throw new ValidationError(
    'name',
    'Expected name to be 1 to 128 characters without control characters. Say what uses it.',
  )
}

/** Checks an owner. */
export function checkedOwner(owner: unknown): Owner {
  if (!isObject(owner) || (owner.type !== 'user' && owner.type !== 'service')) {
    throw new ValidationError('owner', "Expected owner to be { type: 'user' | 'service', id }.")
  }
  return { type: owner.type, id: checkReference('owner.id', owner.id) }
}

/** Checks grants against what is declared. @returns them sorted, without duplicates */
export function checkedGrants(grants: unknown, catalogue: PermissionCatalogue): readonly string[] {
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

/** Checks the host's own notes on a key. */
export function checkedMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (!isObject(metadata) || Object.keys(metadata).length > 32) {
    throw new ValidationError('metadata', 'Expected metadata to be an object of at most 32 texts.')
  }
  for (const [name, text] of Object.entries(metadata)) {
    if (name.length < 1 || name.length > 64)
      throw new ValidationError('metadata', 'A metadata name is 1 to 64 characters.')
    checkedText(isSayable(name) ? `metadata.${name}` : 'metadata', text, 1_000)
  }
  return { ...metadata } as Readonly<Record<string, string>>
}
