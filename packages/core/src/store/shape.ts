import { CorruptRecordError } from '../errors/errors.ts'

/** Reads one field of a stored row, or throws `CorruptRecordError` naming it. */
export type Reader<T> = (value: unknown, field: string) => T

/**
 * The longest JSON text of a stored record, in characters as well as in bytes of UTF-8: more than any legal one takes.
 * What is longer is an attack or an accident. It is not parsed, and a store need not read it.
 */
export const maxRecordLength = 262_144

/** Parses a stored JSON text, bounded. */
export function parseStored(json: string, field: string): unknown {
  if (json.length > maxRecordLength) throw new CorruptRecordError(field, `at most ${maxRecordLength} characters`)
  try {
    return JSON.parse(json)
  } catch {
    throw new CorruptRecordError(field, 'JSON')
  }
}

export const text =
  (maxLength: number, pattern?: RegExp): Reader<string> =>
  (value, field) => {
    if (typeof value === 'string' && value.length <= maxLength && (pattern === undefined || pattern.test(value))) {
      return value
    }
    throw new CorruptRecordError(field, pattern === undefined ? 'a text' : 'of its form')
  }

export const instant: Reader<number> = (value, field) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15) return value as number
  throw new CorruptRecordError(field, 'an instant in integer milliseconds')
}

export const count: Reader<number> = (value, field) => {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
  throw new CorruptRecordError(field, 'a positive integer')
}

export const oneOf =
  <const T extends string>(...allowed: readonly T[]): Reader<T> =>
  (value, field) => {
    if (allowed.includes(value as T)) return value as T
    throw new CorruptRecordError(field, `one of ${allowed.join(', ')}`)
  }

export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, field) =>
    value === null ? null : read(value, field)

/** A list whose items all pass a check. An item's name is built only for an error. */
export const list =
  <T>(isItem: (value: unknown) => value is T, expected: string, maxItems: number): Reader<readonly T[]> =>
  (value, field) => {
    if (!Array.isArray(value) || value.length > maxItems) {
      throw new CorruptRecordError(field, `a list of at most ${maxItems}`)
    }
    const items: T[] = []
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index]
      if (!isItem(item)) throw new CorruptRecordError(`${field}[${index}]`, expected)
      items.push(item)
    }
    return items
  }

export const object: Reader<Readonly<Record<string, unknown>>> = (value, field) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CorruptRecordError(field, 'an object')
}

/** A map that has no prototype and its own entries only; for none, the one given. */
export function mapOf<Item>(
  row: Readonly<Record<string, unknown>>,
  read: Reader<Item>,
  { field, maxEntries, maxName, none }: MapShape<Item>,
): Readonly<Record<string, Item>> {
  const names = Object.keys(row)
  if (names.length === 0) return none
  if (names.length > maxEntries) throw new CorruptRecordError(field, `a map of at most ${maxEntries} entries`)
  const map: Record<string, Item> = Object.create(null)
  for (const name of names) {
    if (name.length > maxName) throw new CorruptRecordError(field, `a map of names of at most ${maxName} characters`)
    // Errors tell no name: whatever wrote the row chose it.
    map[name] = read(row[name], field)
  }
  return map
}

interface MapShape<Item> {
  readonly field: string
  readonly maxEntries: number
  readonly maxName: number
  readonly none: Readonly<Record<string, Item>>
}

/** Bounds of a string map, in characters. */
interface TextMapLimits {
  readonly maxEntries: number
  readonly maxName: number
  readonly maxText: number
}

/** A string map; the result has no prototype and its own entries only. */
export const textMap =
  ({ maxEntries, maxName, maxText }: TextMapLimits): Reader<Readonly<Record<string, string>>> =>
  (value, field) => {
    const row = object(value, field)
    const names = Object.keys(row)
    if (names.length > maxEntries) throw new CorruptRecordError(field, `a map of at most ${maxEntries} entries`)
    const map: Record<string, string> = Object.create(null)
    for (const name of names) {
      const item = row[name]
      if (name.length > maxName) throw new CorruptRecordError(field, `a map of names of at most ${maxName} characters`)
      if (typeof item !== 'string' || item.length > maxText) throw new CorruptRecordError(`${field}.${name}`, 'a text')
      map[name] = item
    }
    return map
  }
