import { describeValue, isQuotableName, kindOf } from '../input/describe-value.ts'
import { nearest } from '../input/nearest.ts'
import { isPlain } from '../input/plain-fields.ts'
import { isReference } from '../input/reference.ts'
import { type Selection, selected } from './selection.ts'

/** How a selection that came from outside is read. */
export interface SelectionReading {
  /** What it is called, for errors: `resources`, `actor.resources`. */
  readonly field: string
  /** The declared types. */
  readonly types: readonly string[]
  /** Types that may be named besides, though they are not declared. */
  readonly alsoTypes?: readonly string[]
  /** Most ids of a type. */
  readonly maxIds: number
  /** Most characters of all types and ids together. Default: any. */
  readonly maxCharacters?: number
  /** Whether a type may come without an id: none of it. A slip where something is granted. */
  readonly mayBeEmpty: boolean
  readonly refuse: (field: string, message: string) => Error
}

// In Unicode mode, only half a pair is one.
const loneSurrogate = /\p{Surrogate}/u

/** Whether a value can be the id of a resource. */
function isResourceId(id: unknown): id is string {
  return isReference(id) && !loneSurrogate.test(id)
}

/**
 * Reads a selection: own fields of a plain object, a list of ids for each type. `undefined` is refused too, since the
 * absence of a type means all of it.
 *
 * @throws what `refuse` makes
 */
export function readSelection(given: unknown, reading: SelectionReading): Selection {
  const { field, maxCharacters = Number.POSITIVE_INFINITY, refuse } = reading
  if (!isPlain(given)) {
    throw refuse(field, `Expected ${field} to be a plain object such as { project: ["p1"] }, got ${kindOf(given)}.`)
  }
  const lists = new Map<string, readonly string[]>()
  for (const type of Object.keys(given)) {
    requireType(type, reading)
    lists.set(type, readIds(given[type], type, reading))
  }
  const selection = selected([...lists.keys()], (type) => lists.get(type) ?? [])
  const length = Object.entries(selection)
    .flat(2)
    .reduce((sum, text) => sum + text.length, 0)
  if (length <= maxCharacters) return selection
  throw refuse(field, `Expected ${field} to be at most ${maxCharacters} characters in all, got ${length}.`)
}

function requireType(type: string, { field, types, alsoTypes = [], refuse }: SelectionReading): void {
  if (types.includes(type) || alsoTypes.includes(type)) return
  const at = isQuotableName(type) ? `${field}.${type}` : field
  throw refuse(at, `${field}: ${undeclared(type, types)}`)
}

function readIds(given: unknown, type: string, reading: SelectionReading): readonly string[] {
  const { field, maxIds, mayBeEmpty, refuse } = reading
  const at = `${field}.${type}`
  if (!Array.isArray(given) || given.length > maxIds) {
    const got = Array.isArray(given) ? `${given.length} of them` : kindOf(given)
    throw refuse(at, `Expected ${at} to be a list of at most ${maxIds} ids, got ${got}.`)
  }
  if (given.length === 0 && !mayBeEmpty) {
    throw refuse(at, `${at} is empty, which would reach nothing. Name an id; or leave ${type} out for all.`)
  }
  // Array.from visits holes too.
  return Array.from(given as readonly unknown[], (id, index) => {
    if (isResourceId(id)) return id
    const got = typeof id === 'string' ? 'other text' : kindOf(id)
    throw refuse(
      `${at}[${index}]`,
      `Expected ${at}[${index}] to be an id: a text of 1 to 255 characters without control characters and halves of characters, got ${got}.`,
    )
  })
}

/** That a type is not declared, and which may have been meant. */
export function undeclared(type: unknown, types: readonly string[]): string {
  if (types.length === 0) {
    return 'this keyring declares no types of resources. Declare them: createKeyring({ resources: ["project"] }).'
  }
  const meant = typeof type === 'string' ? nearest(type, types) : undefined
  const guess = meant === undefined ? '.' : `, did you mean "${meant}"?`
  return `${describeValue(type)} is not a declared type of resources${guess} Declared: ${types.join(', ')}.`
}
