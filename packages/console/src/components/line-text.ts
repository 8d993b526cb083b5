import type { ActivityEntry } from '@claviger/core'
import type { Format } from '../format/format.ts'
import type { Names } from '../reading/names.ts'
import { cut, factText } from './fact-text.ts'

type Line = Pick<ActivityEntry, 'before' | 'after' | 'target'>
type Days = Pick<Format, 'day' | 'number'>

/**
 * What a new key or service account was made with, part by part: only what matters, each part bounded. Its name is told
 * where it is called otherwise now. Pure.
 */
export function madeWith(
  { after, target }: Line,
  called: string | undefined,
  format: Days,
  names: Names,
): readonly string[] {
  const facts = after ?? {}
  const { name, environment, owner, permissions, resources, allowedAddresses } = facts
  const text = (field: string): string => factText(field, facts[field], format, names)
  return [
    typeof name === 'string' && name !== called ? `as ${text('name')}` : '',
    typeof environment === 'string' ? text('environment') : '',
    owner === undefined ? '' : `owner ${text('owner')}`,
    permissions === undefined
      ? ''
      : `${target.type === 'serviceAccount' ? 'keys get at most ' : ''}${grantsText(permissions, format)}`,
    isEmpty(resources) ? '' : `only ${text('resources')}`,
    isEmpty(allowedAddresses) ? '' : `only from ${text('allowedAddresses')}`,
    'expiresAt' in facts ? (facts.expiresAt === null ? 'never expires' : `expires ${text('expiresAt')}`) : '',
  ].filter((part) => part !== '')
}

/** Which secret a rotation put in the place of which, and until when that works. Undefined for any other line. Pure. */
export function replacement({ before, after }: Line, { exact }: Pick<Format, 'exact'>): string | undefined {
  const [was, is] = [before?.secretVersion, after?.secretVersion]
  if (typeof was !== 'number' || typeof is !== 'number') return undefined
  const ends = after?.overlapEndsAt
  const until = typeof ends === 'number' ? `works until ${exact(new Date(ends))}` : 'stopped at once'
  return `${secretText(is, after?.hint)} replaces ${secretText(was, before?.hint)}, which ${until}`
}

function secretText(version: number, hint: unknown): string {
  return typeof hint === 'string' ? `v${version} (\u2026${hint.slice(-4)})` : `v${version}`
}

const mostNamed = 6

/** `3 permissions: prompts:list, prompts:read, runs:read`. A list that the log counted is a part of the names. */
function grantsText(value: unknown, { number }: Days): string {
  const { count, only } = Object(value) as { readonly count?: unknown; readonly only?: unknown }
  const names = (Array.isArray(value) ? value : Array.isArray(only) ? only : []).map(String)
  const total = typeof count === 'number' ? count : names.length
  if (total === 0) return 'no permissions'
  const counted = `${number(total)} ${total === 1 ? 'permission' : 'permissions'}`
  const shown = names.slice(0, mostNamed)
  if (shown.length === 0) return counted
  const more = total > shown.length ? ` and ${number(total - shown.length)} more` : ''
  return `${counted}: ${cut(shown.join(', '))}${more}`
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || Object.keys(Object(value) as object).length === 0
}
