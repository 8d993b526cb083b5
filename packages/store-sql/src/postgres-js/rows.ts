import { fieldOf } from '../database/dialect.ts'
import type { PostgresResult } from '../postgres/pool.ts'
import type { PostgresJsReserved } from './client.ts'

// The type of a literal without one: the server infers it, and no serializer of the host's is found for it.
const unknownType = 705

type Bound = string | number | bigint

/** Parameters as text, whatever the host's types are. */
export function boundTo({ typed }: PostgresJsReserved, parameters: readonly unknown[]): unknown[] {
  const values = parameters as readonly (Bound | readonly Bound[] | null)[]
  return values.map((value) => typed((value === null ? null : textOf(value)) as never, unknownType))
}

function textOf(value: Bound | readonly Bound[]): string {
  return typeof value === 'object' ? `{${value.map(quoted).join(',')}}` : String(value)
}

function quoted(value: Bound): string {
  return `"${String(value).replace(/["\\]/g, '\\$&')}"`
}

/** The answer to one statement, with every value as the text that the server sent. */
export function resultOf(answer: unknown): PostgresResult {
  const columns: unknown = fieldOf(answer, 'columns')
  const names = Array.isArray(columns) ? columns.map((column) => String(fieldOf(column, 'name'))) : []
  const count: unknown = fieldOf(answer, 'count')
  return {
    rows: Array.isArray(answer) && names.length > 0 ? answer.map((row) => rowOf(names, row as unknown[])) : [],
    rowCount: typeof count === 'number' ? count : null,
  }
}

function rowOf(names: readonly string[], values: readonly unknown[]): Record<string, string | null> {
  return Object.fromEntries(names.map((name, index) => [name, textIn(values[index])]))
}

function textIn(value: unknown): string | null {
  // By shape: Jest has a Uint8Array of its own.
  return value === null || value === undefined ? null : Buffer.from(value as Uint8Array).toString('utf8')
}
