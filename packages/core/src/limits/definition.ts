import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'
import { plainFields } from '../input/plain-fields.ts'
import type { Owner } from '../store/records.ts'
import type { Limit, Limiter, LimitRule } from './limiter.types.ts'
import { readRule } from './rule.ts'

/** What shares one count: the requests of a key, of all keys of an owner in a workspace, of all keys of a workspace. */
export type LimitBy = 'key' | 'owner' | 'workspace'

/** What a rule may depend on of a key. A verified key (`req.apiKey`) and a listed one have all of it. */
export interface LimitedKey {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly environment: string
  readonly owner: Owner
  /** Written by everyone who may update the key, often its owner: read no limit from it. */
  readonly metadata: Readonly<Record<string, string>>
}

/** One limit: as `auth.limit` takes it, and as `diagnose` and `limitStates` show it. */
export interface LimitDefinition<Host = undefined> {
  /** Where requests are counted: from `@claviger/limits`, or yours. */
  readonly limiter: Limiter
  readonly by: LimitBy
  /**
   * How much is allowed; or a function that says it, such as one of `planRules`, from your own data. `'unlimited'` is
   * an answer, too; nothing else is: without a rule the request gets 500.
   */
  readonly rule:
    | LimitRule
    | ((apiKey: LimitedKey, host: Host) => LimitRule | 'unlimited' | Promise<LimitRule | 'unlimited'>)
  /**
   * Tells apart what one limiter counts, and names the limit in `RateLimit`: 1 to 40 of letters, digits, `-`, `_`, `.`.
   * Default: the value of `by`. Keep it, or counting begins again.
   */
  readonly name?: string | undefined
}

/** A limit after its checks. */
export interface ReadDefinition<Host> {
  readonly limiter: Limiter
  readonly by: LimitBy
  readonly name: string
  /** Undefined where a function says it. */
  readonly fixed: Limit | undefined
  readonly ruleOf: Exclude<LimitDefinition<Host>['rule'], LimitRule> | undefined
}

const ways: ReadonlySet<unknown> = new Set<LimitBy>(['key', 'owner', 'workspace'])
const nameForm = /^[A-Za-z0-9._-]{1,40}$/
const configuration = (field: string, message: string): Error => new ConfigurationError(field, message)

/** The fields of a definition. */
export const definitionFields = ['limiter', 'by', 'rule', 'name'] as const

/**
 * Checks a limit.
 *
 * @throws {ConfigurationError} naming the field at fault
 */
export function readDefinition<Host>({ limiter, by, rule, name = by }: LimitDefinition<Host>): ReadDefinition<Host> {
  if (!ways.has(by)) {
    throw new ConfigurationError('by', `Expected by to be 'key', 'owner' or 'workspace', got ${describeValue(by)}.`)
  }
  const isFunction = typeof rule === 'function'
  return {
    limiter: readLimiter(limiter),
    by,
    name: readName(name),
    fixed: isFunction ? undefined : readRule(rule, configuration),
    ruleOf: isFunction ? rule : undefined,
  }
}

/** Checks the name of a limit. */
export function readName(name: unknown): string {
  if (typeof name === 'string' && nameForm.test(name)) return name
  const form = '1 to 40 letters, digits, "-", "_" or "."'
  throw new ConfigurationError('name', `Expected name to be ${form}, got ${describeValue(name)}.`)
}

/** Checks a limiter, also a misspelt method of one. */
export function readLimiter(limiter: unknown): Limiter {
  const methods = ['consume', 'giveBack', 'peek', 'close'] as const
  const fields = plainFields<Limiter & { readonly close?: unknown }>(limiter, methods, {
    call: 'limiter',
    noun: 'method',
    refuse: (field, message) => configuration(field === undefined ? 'limiter' : `limiter.${field}`, message),
  })
  for (const method of methods) {
    const value = fields[method]
    if (typeof value === 'function' || (value === undefined && method !== 'consume')) continue
    throw configuration(
      'limiter',
      `Expected limiter.${method} to be a function, got ${describeValue(value)}. Make a limiter with memoryLimiter(), ` +
        'redisLimiter(client) or sqlLimiter(pool) of @claviger/limits.',
    )
  }
  return limiter as Limiter
}

/** What is counted: the limit, whose requests, and the kind of window, so that another window begins at nothing. */
export function counterOf(prefix: string, name: string, by: LimitBy, key: LimitedKey, { per }: Limit): string {
  return `${prefix}:${name}:${per}:${by}:${subjectOf(by, key)}`
}

function subjectOf(by: LimitBy, { id, workspaceId, owner }: LimitedKey): string {
  if (by === 'key') return id
  if (by === 'workspace') return workspaceId
  // The length keeps apart what could be cut in two places.
  return `${workspaceId.length}:${workspaceId}:${owner.type}:${owner.id}`
}

/** The rule for a key, of what the host's function gave. */
export function ruleFrom(given: unknown): Limit | 'unlimited' {
  return given === 'unlimited' ? given : readRule(given, (_, message) => new TypeError(message))
}
