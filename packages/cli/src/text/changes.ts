import type { EventJson } from '../backend/shapes.ts'
import { safeText } from './safe-text.ts'
import { dayText, timeText } from './time.ts'

type Facts = Readonly<Record<string, unknown>>
type Change = Pick<EventJson, 'before' | 'after'>

const longest = 160
const mostNamed = 6

/** What a line of the activity log says beside its action: what something new was made with, what changed, and why. */
export function changesText({ before, after }: Change): string {
  const facts = after ?? {}
  const parts = before === null ? madeWith(facts) : [...replaced(before, facts), ...changed(before, facts)]
  const reason = typeof facts['reason'] === 'string' ? [facts['reason']] : []
  const text = safeText([...parts, ...reason].join('; '))
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}\u2026` : text
}

function madeWith(facts: Facts): readonly string[] {
  const { environment, owner, permissions, resources, allowedAddresses } = facts
  return [
    typeof environment === 'string' ? environment : '',
    owner === undefined ? '' : `owner ${valueText('owner', owner)}`,
    permissions === undefined ? '' : grantsText(permissions),
    isEmpty(resources) ? '' : `only ${valueText('resources', resources)}`,
    isEmpty(allowedAddresses) ? '' : `only from ${valueText('allowedAddresses', allowedAddresses)}`,
    'expiresAt' in facts ? `expires ${valueText('expiresAt', facts['expiresAt'])}` : '',
  ].filter((part) => part !== '')
}

/** `v2 (...9aXc) replaces v1 (...7Fq2), which works until ...` */
function replaced(before: Facts, after: Facts): readonly string[] {
  const [was, is] = [before['secretVersion'], after['secretVersion']]
  if (typeof was !== 'number' || typeof is !== 'number') return []
  const ends = instantOf(after['overlapEndsAt'])
  const until = ends === undefined ? 'stopped at once' : `works until ${timeText(ends)}`
  return [`v${is}${endOf(after)} replaces v${was}${endOf(before)}, which ${until}`]
}

function endOf({ hint }: Facts): string {
  return typeof hint === 'string' ? ` (\u2026${hint.slice(-4)})` : ''
}

// They say again what the action says, or stand in their own part.
const derived: ReadonlySet<string> = new Set([
  'status',
  'secretVersion',
  'hint',
  'overlapEndsAt',
  'deletedAt',
  'reason',
])

function changed(before: Facts, after: Facts): readonly string[] {
  return Object.keys(after)
    .filter((field) => !derived.has(field))
    .map((field) => {
      const [was, is] = [before[field], after[field]]
      const name = field === 'expiresAt' ? 'expires' : field
      if (Array.isArray(was) && Array.isArray(is)) {
        const beyond = (some: readonly unknown[], others: readonly unknown[], sign: string): readonly string[] =>
          some.filter((one) => !others.includes(one)).map((one) => `${sign}${String(one)}`)
        const changes = [...beyond(is, was, '+'), ...beyond(was, is, '-')]
        return `${name} ${changes.length === 0 ? 'in another order' : changes.join(' ')}`
      }
      return `${name} ${valueText(field, was)} -> ${valueText(field, is)}`
    })
}

function valueText(field: string, value: unknown): string {
  if (field === 'expiresAt') return instantOf(value) === undefined ? 'never' : dayText(instantOf(value) ?? '')
  if (value === null || value === undefined || value === '') return 'nothing'
  if (Array.isArray(value)) return listText(value.map(String), value.length)
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return JSON.stringify(value)
  const { type, id, count, only } = value as Facts
  if (typeof type === 'string' && typeof id === 'string') return `${type} ${id}`
  if (typeof count === 'number') return listText(Array.isArray(only) ? only.map(String) : [], count)
  const entries = Object.entries(value).map(([name, each]) => `${name} ${valueText(name, each)}`)
  return entries.length === 0 ? 'all' : entries.join(', ')
}

function grantsText(value: unknown): string {
  const { count } = Object(value) as { readonly count?: unknown }
  const total = Array.isArray(value) ? value.length : typeof count === 'number' ? count : 0
  if (total === 0) return 'no permissions'
  return `${total} ${total === 1 ? 'permission' : 'permissions'}: ${valueText('permissions', value)}`
}

function listText(names: readonly string[], total: number): string {
  const shown = names.slice(0, mostNamed)
  if (shown.length === 0) return String(total)
  return `${shown.join(', ')}${total > shown.length ? ` and ${total - shown.length} more` : ''}`
}

/** Facts hold instants as epoch milliseconds. */
function instantOf(value: unknown): string | undefined {
  const at = typeof value === 'number' || typeof value === 'string' ? new Date(value) : undefined
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || Object.keys(Object(value) as object).length === 0
}
