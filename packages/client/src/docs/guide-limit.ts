import { SetupError } from '../errors/errors.ts'
import { inCell } from './guide-entry.ts'

/** A limit, as customers read about it: what `auth.limit` takes fits, where its rule is no function. */
export interface GuideLimit {
  /** Who shares it: one key, all keys of an owner, all keys of a workspace. */
  readonly by: 'key' | 'owner' | 'workspace'
  /** Its name in `RateLimit`. Default: the value of `by`. */
  readonly name?: string | undefined
  /** How many requests. Left out: what the customer's plan says. */
  readonly requests?: number | undefined
  /** In what time: `1m`, `day`, `month`. */
  readonly per?: string | undefined
  /** What is allowed on top, in a window of its own. */
  readonly burst?: { readonly requests: number; readonly per: string } | undefined
  /** What it is for, in a few words. Default: all requests. */
  readonly description?: string | undefined
}

/** A limit in words. */
export interface LimitFacts {
  readonly name: string
  readonly allows: string
  readonly sharedBy: string
  readonly description: string
}

const shared: Readonly<Record<string, string>> = {
  key: 'each key has its own',
  owner: 'all keys of an owner in a workspace',
  workspace: 'all keys of a workspace',
}
const fields = ['by', 'name', 'requests', 'per', 'burst', 'description']
const nameForm = /^[A-Za-z0-9._-]{1,40}$/
const units: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' }

/** Reads the limits; empty where none are given. */
export function readLimits(given: unknown): readonly LimitFacts[] {
  if (given === undefined) return []
  if (!Array.isArray(given) || given.length > 20) throw refused('to be a list of at most 20')
  return given.map(readLimit)
}

function readLimit(given: unknown): LimitFacts {
  const limit = Object(given) as Readonly<Record<string, unknown>>
  for (const field of Object.keys(limit))
    if (!fields.includes(field)) throw refused(`to have ${fields.join(', ')} only`)
  const { by, name = by, requests, per, burst, description = 'every request' } = limit
  const sharedBy = typeof by === 'string' && Object.hasOwn(shared, by) ? shared[by] : undefined
  if (sharedBy === undefined) throw refused("by to be 'key', 'owner' or 'workspace'")
  if (typeof name !== 'string' || !nameForm.test(name))
    throw refused('name to be 1 to 40 letters, digits, "-", "_", "."')
  if (typeof description !== 'string') throw refused('description to be a text')
  return { name, allows: allowed(requests, per, burst), sharedBy, description: inCell(description) }
}

function allowed(requests: unknown, per: unknown, burst: unknown): string {
  if (requests === undefined && per === undefined && burst === undefined) return 'what your plan says'
  const rule = ruleWords(requests, per)
  if (burst === undefined) return rule
  const { requests: onTop, per: window } = Object(burst) as Readonly<Record<string, unknown>>
  return `${rule}; on top, ${ruleWords(onTop, window)}`
}

/** `600 a minute`, `1,000,000 in a calendar month (UTC)`. */
function ruleWords(requests: unknown, per: unknown): string {
  if (!Number.isSafeInteger(requests) || (requests as number) < 1) throw refused('requests to be a whole number from 1')
  const number = (requests as number).toLocaleString('en-US')
  if (per === 'day' || per === 'month') return `${number} in a calendar ${per} (UTC)`
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})([smhdw])$/.exec(typeof per === 'string' ? per : '') ?? []
  if (count === '') throw refused("per to be a time such as '1m', or 'day' or 'month'")
  const period = units[unit] ?? ''
  return count === '1' ? `${number} ${unit === 'h' ? 'an' : 'a'} ${period}` : `${number} in ${count} ${period}s`
}

function refused(what: string): SetupError {
  return new SetupError('limits', `usersGuide expects limits ${what}.`)
}
