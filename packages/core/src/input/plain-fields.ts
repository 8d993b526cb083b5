import { nearest } from './nearest.ts'
import { isQuotableName, kindOf } from './describe-value.ts'

/** Whose fields are read, for errors: `createKeyring` has an `option`, `create` a `field`. */
export interface Reading {
  readonly call: string
  readonly noun: string
  /** Makes the error about one field, if its name may be repeated, or about the whole. */
  readonly refuse: (field: string | undefined, message: string) => Error
}

/**
 * Reads an object that came from outside: its own enumerable fields, each once, into an object without a prototype.
 * What was checked is what is used, and a polluted `Object.prototype` adds no field.
 *
 * Only plain objects are read: the entries of a `Map`, or what a class computes, would be left out in silence. A field
 * that is unknown is refused, because a misspelt limit limits nothing.
 *
 * @throws what `refuse` makes
 */
export function plainFields<Shape extends object>(
  value: unknown,
  known: readonly (keyof Shape & string)[],
  reading: Reading,
): Shape {
  const fields: Record<string, unknown> = Object.create(null)
  if (!isPlain(value)) throw reading.refuse(undefined, notPlain(value, reading))
  for (const name of Object.keys(value)) {
    if (!known.some((each) => each === name)) {
      throw reading.refuse(isQuotableName(name) ? name : undefined, unknownField(name, known, reading))
    }
    fields[name] = value[name]
  }
  return fields as Shape
}

/** Whether a value is an object as a literal or `JSON.parse` makes it, in any realm. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** What a store gave, or a bus, which may be of a class of its driver's: an object that is not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same fields in an object without a prototype: what is left out is not inherited either. */
export function bare<Shape extends object>(fields: Shape): Shape {
  return Object.assign(Object.create(null) as Shape, fields)
}

function notPlain(value: unknown, { call, noun }: Reading): string {
  const got = kindOf(value) === 'object' ? 'an object of a class' : kindOf(value)
  return `${call} expects a plain object of ${noun}s, got ${got}.`
}

function unknownField(name: string, known: readonly string[], { call, noun }: Reading): string {
  const guess = nearest(name, known)
  const what = isQuotableName(name) ? `${noun} "${name}"` : `${noun} of that name`
  return `${call} has no ${what}${guess === undefined ? '.' : `, did you mean "${guess}"?`} Known: ${known.join(', ')}.`
}
