import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'
import { plainFields } from '../input/plain-fields.ts'
import type { Clock } from '../runtime/clock.ts'
import { askLimiter } from './ask-limiter.ts'
import {
  counterOf,
  definitionFields,
  type LimitBy,
  type LimitDefinition,
  type LimitedKey,
  readDefinition,
  type ReadDefinition,
  ruleFrom,
} from './definition.ts'
import type { Limit, LimitPeriod, LimitRule } from './limiter.types.ts'
import { readRule } from './rule.ts'

/** The present state of one limit for one key. */
export interface LimitState {
  readonly name: string
  readonly by: LimitBy
  /** What the rule allows in one window, without a burst; null: not limited, or the rule could not be read. */
  readonly requests: number | null
  readonly per: LimitPeriod | null
  /** What the rule allows on top, in a window of its own; null: nothing, or it is not known. */
  readonly burst: { readonly requests: number; readonly per: LimitPeriod } | null
  /** What is left of both together; null where that is not known: not limited, no `peek`, or the limiter failed. */
  readonly remaining: number | null
  /** When everything is allowed again; null when nothing is taken, or it is not known. */
  readonly resetsAt: Date | null
  /** Why something is not known, in a sentence; null when everything is. */
  readonly note: string | null
}

/** The most limits that are shown of one key. */
const mostLimits = 20

/**
 * Reads a rule that is not a function. For interfaces that limit something else than requests of keys.
 *
 * @throws {ConfigurationError} naming the field at fault
 */
export function readFixedRule(rule: LimitRule): Limit {
  return readRule(rule, (field, message) => new ConfigurationError(field, message))
}

/**
 * Checks limits of which the state will be shown, at start-up. For interfaces that show them; the very list is returned.
 *
 * @throws {ConfigurationError} naming the field at fault
 */
export function readLimits(limits: readonly LimitDefinition[]): readonly LimitDefinition[] {
  readDefinitions(limits)
  return [...limits]
}

/**
 * Checks the limits of which the state is asked.
 *
 * @throws {ConfigurationError} naming the field at fault
 */
export function readDefinitions(limits: unknown): readonly ReadDefinition<undefined>[] {
  if (!Array.isArray(limits) || limits.length > mostLimits) {
    throw new ConfigurationError(
      'limits',
      `Expected limits to be a list of at most ${mostLimits}, got ${describeValue(limits)}.`,
    )
  }
  return limits.map((limit: unknown) =>
    readDefinition(
      plainFields<LimitDefinition & { cost?: unknown }>(limit, [...definitionFields, 'cost'], {
        call: 'limits',
        noun: 'field',
        refuse: (field, message) => new ConfigurationError(field ?? 'limits', message),
      }),
    ),
  )
}

/** The present states. Takes nothing, and never rejects: the state of what fails says so. */
export function statesOf(
  prefix: string,
  clock: Clock,
  limits: readonly ReadDefinition<undefined>[],
  key: LimitedKey,
): Promise<readonly LimitState[]> {
  return Promise.all(limits.map((limit) => stateOf(prefix, clock, limit, key)))
}

async function stateOf(
  prefix: string,
  clock: Clock,
  { limiter, name, by, fixed, ruleOf }: ReadDefinition<undefined>,
  key: LimitedKey,
): Promise<LimitState> {
  const unknown = { name, by, requests: null, per: null, burst: null, remaining: null, resetsAt: null, note: null }
  try {
    const rule = fixed ?? ruleFrom(await ruleOf?.(key, undefined))
    if (rule === 'unlimited') return { ...unknown, note: 'Not limited.' }
    const { requests, per } = rule
    const burst = rule.burst === null ? null : { requests: rule.burst.requests, per: rule.burst.per }
    const known = { ...unknown, requests, per, burst }
    const { peek } = limiter
    if (peek === undefined) return { ...known, note: 'The limiter cannot show its state.' }
    const counter = counterOf(prefix, name, by, key, rule)
    // The state says that it failed: a page that shows it is no place to warn from.
    const result = await askLimiter(
      clock,
      () => peek.call(limiter, counter, rule, key.workspaceId),
      () => undefined,
    )
    if (result === undefined) return { ...known, note: 'The limiter did not answer.' }
    const { remaining, resetMs } = result
    return { ...known, remaining, resetsAt: resetMs > 0 ? new Date(clock.now() + resetMs) : null }
  } catch {
    return { ...unknown, note: 'The rule could not be read without a request.' }
  }
}
