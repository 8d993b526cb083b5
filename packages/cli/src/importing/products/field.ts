import type { Row } from '../rows/rows.types.ts'

/** A field of a row under the first of its names that is there: as code names it, as the column is called. */
export function field(row: Row, ...names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(row, each) && !absent.has(row[each]))
  return name === undefined ? undefined : row[name]
}

// As exports write what is not there: `NULL` of phpMyAdmin, `\N` of MySQL and PostgreSQL, the date of no day of MySQL.
const absent: ReadonlySet<unknown> = new Set([undefined, null, '', 'NULL', 'null', '\\N', '0000-00-00 00:00:00'])

/** JSON in a text, or the value itself where the driver has read it; undefined for what is not JSON. */
export function json(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return undefined
  }
}

/** A no, as databases, spreadsheets and programs write it. */
export function isFalse(value: unknown): boolean {
  return no.has(plain(value))
}

/** A yes, as databases, spreadsheets and programs write it. */
export function isTrue(value: unknown): boolean {
  return yes.has(plain(value))
}

const no: ReadonlySet<unknown> = new Set([false, 0, 0n, '0', 'f', 'false', 'n', 'no', 'off'])
const yes: ReadonlySet<unknown> = new Set([true, 1, 1n, '1', 't', 'true', 'y', 'yes', 'on'])

// MySQL gives a column of type BIT as bytes.
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Number(value.some((byte) => byte !== 0))
  return typeof value === 'string' ? value.trim().toLowerCase() : value
}

/** The fields of a row; none for what is not one. */
export function rowOf(value: unknown): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {}
}
