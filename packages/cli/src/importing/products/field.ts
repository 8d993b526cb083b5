import type { Row } from '../rows/rows.types.ts'

/** A field of a row under the first of its names that is there: as code names it, as the column is called. */
export function field(row: Row, ...names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(row, each) && row[each] !== null && row[each] !== '')
  return name === undefined ? undefined : row[name]
}

/** JSON in a text, or the value itself where the driver has read it; undefined for what is not JSON. */
export function json(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return undefined
  }
}

/** Yes and no, as databases write them. */
export function isFalse(value: unknown): boolean {
  return value === false || value === 0 || value === 0n || value === '0' || value === 'f' || value === 'false'
}

/** The fields of a row; none for what is not one. */
export function rowOf(value: unknown): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {}
}
