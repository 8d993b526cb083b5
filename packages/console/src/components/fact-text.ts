import type { Owner } from '@claviger/core'
import type { Format } from '../format/format.ts'
import { type Names, ownerIn } from '../reading/names.ts'

const longest = 120

/** A field of the activity log, as people read it. What the log cut or counted is said so. Pure. */
export function factText(field: string, value: unknown, format: Pick<Format, 'day'>, names: Names): string {
  const owner = field === 'owner' ? ownerIn(value) : undefined
  return cut(owner === undefined ? textOf(field, value, format) : ownerText(owner, names))
}

/**
 * What a change took from a list and added to it; undefined for what is no list, and where one of both is empty: an empty
 * list of limits means none. Pure.
 */
export function listChange(
  before: unknown,
  after: unknown,
): { readonly added: string; readonly removed: string } | undefined {
  const [was, is] = [itemsOf(before), itemsOf(after)]
  // Beside a counted list, a whole one does not tell what is gone from it.
  if (was === undefined || is === undefined || Array.isArray(before) !== Array.isArray(after)) return undefined
  const beyond = (some: readonly string[], others: readonly string[]): string =>
    cut(some.filter((one) => !others.includes(one)).join(', '))
  return { added: beyond(is, was), removed: beyond(was, is) }
}

/** The items of a list; of one that the log counted, those that are not in the other. */
function itemsOf(value: unknown): readonly string[] | undefined {
  const only: unknown = Array.isArray(value) ? value : (Object(value) as { readonly only?: unknown }).only
  return Array.isArray(only) && (only.length > 0 || value !== only) ? only.map(String) : undefined
}

/** The beginning of a long text, of whole characters. */
export function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}\u2026` : text
}

function textOf(field: string, value: unknown, format: Pick<Format, 'day'>): string {
  if (value === undefined || value === null || value === '') return field === 'expiresAt' ? 'never' : 'nothing'
  if (field === 'expiresAt' && (typeof value === 'number' || typeof value === 'string'))
    return format.day(new Date(value))
  if (Array.isArray(value)) return value.length === 0 ? emptyOf(field) : value.map(String).join(', ')
  if (typeof value === 'object') return ofRecord(field, value as Readonly<Record<string, unknown>>, format)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function ownerText(owner: Owner, names: Names): string {
  return `${owner.type === 'service' ? 'service account ' : ''}${names.of(owner).name}`
}

function ofRecord(field: string, value: Readonly<Record<string, unknown>>, format: Pick<Format, 'day'>): string {
  const { count, only } = value
  // Long lists are counted in the log, and some of what is new or gone is named.
  if (typeof count === 'number' && Array.isArray(only)) {
    return `${count} in all${only.length > 0 ? `, with ${only.map(String).join(', ')}` : ''}`
  }
  const parts = Object.entries(value).map(([name, each]) => `${name} ${textOf(name, each, format)}`)
  return parts.length === 0 ? emptyOf(field) : parts.join('; ')
}

function emptyOf(field: string): string {
  if (field === 'allowedAddresses') return 'anywhere'
  return field === 'resources' ? 'all' : 'nothing'
}
