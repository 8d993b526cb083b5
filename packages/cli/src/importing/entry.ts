import type { ImportKeyBody } from '@claviger/management/client'
import type { OwnerRef } from '../backend/backend.types.ts'
import { CliError } from '../exits/cli-error.ts'
import type { Described } from './products/product.types.ts'

/** What the flags say of every row. */
export interface Mapping {
  /** For rows that name no environment. */
  readonly environment: string | undefined
  /** In place of the permissions of the rows; none: as the rows say. */
  readonly permissions: readonly string[]
  /** What a permission of a row is called here. */
  readonly renamed: Readonly<Record<string, string>>
  /** For rows that name no owner. */
  readonly owner: OwnerRef | undefined
  /** What the ids of owners in rows are ids of. */
  readonly ownerType: OwnerRef['type']
}

/** Makes an entry of an import from what a row says. What is wrong with values is for the import to say. */
export function entryOf(row: Described, mapping: Mapping): ImportKeyBody {
  const owner = ownerOf(row.ownerId, mapping)
  if (owner === undefined) {
    throw new CliError('usage', 'flag_missing', 'A row names no owner.', 'Pass --owner user:<id> for rows without one.')
  }
  const environment = text(row.environment) ?? mapping.environment
  if (environment === undefined) {
    throw new CliError('usage', 'flag_missing', 'The flag --env is missing.', 'Write --env production, for example.')
  }
  return {
    tokenSha256: text(row.tokenSha256) ?? '',
    name: cut((text(row.name) ?? `Imported key ${text(row.id) ?? ''}`).trim()),
    environment,
    permissions: mapping.permissions.length > 0 ? mapping.permissions : grantsOf(row.permissions, mapping.renamed),
    owner,
    hint: text(row.hint) ?? null,
    createdAt: instant(row.createdAt),
    lastUsedAt: instant(row.lastUsedAt),
    expiresAt: instant(row.expiresAt),
    metadata: notes(row.metadata),
  }
}

/** As long as a name can be, and no half of a character at its end. */
function cut(name: string): string {
  return name.slice(0, 128).replace(/[\ud800-\udbff]$/, '')
}

function ownerOf(given: unknown, { owner, ownerType }: Mapping): OwnerRef | undefined {
  const id = text(given)
  if (id === undefined) return owner
  const [, type, rest = ''] = /^(user|service):(.+)$/s.exec(id) ?? []
  return type === 'user' || type === 'service' ? { type, id: rest } : { type: ownerType, id }
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** Lists, texts apart by spaces, commas or semicolons, and actions by resource. `*` alone is everything. */
function grantsOf(given: unknown, renamed: Readonly<Record<string, string>>): readonly string[] {
  const names = Array.isArray(given)
    ? given.filter((each) => typeof each === 'string')
    : typeof given === 'string'
      ? given.split(/[\s,;]+/)
      : Object.entries(Object(given)).flatMap(([resource, actions]) =>
          (Array.isArray(actions) ? actions : []).map((action) => `${resource}:${String(action)}`),
        )
  const found = names.filter((name) => name !== '')
  return found.map((name) => (Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name === '*' ? '*:*' : name))
}

// Seconds since the epoch have ten digits until the year 2286.
const leastMs = 100_000_000_000

/** RFC 3339 of what databases and exports write: instants without a zone are UTC, small numbers are seconds. */
function instant(value: unknown): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString()
  if (
    typeof value === 'bigint' ||
    typeof value === 'number' ||
    (typeof value === 'string' && /^\d{9,16}$/.test(value))
  ) {
    const count = Number(value)
    const at = new Date(count < leastMs ? count * 1_000 : count)
    return Number.isNaN(at.getTime()) ? String(value) : at.toISOString()
  }
  if (typeof value !== 'string' || value === '') return null
  const [, day, time, zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?)( ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?$/.exec(value) ?? []
  if (day === undefined) return value
  const offset = zone
    .trim()
    .replace(/^UTC$/, 'Z')
    .replace(/^([+-]\d\d)$/, '$1:00')
    .replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  return `${day}T${time}${offset}`
}

/** Texts stay; what is more than a text is kept as JSON. */
function notes(given: unknown): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return {}
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
