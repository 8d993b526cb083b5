import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'
import { parseOptions } from '../input/parse-options.ts'
import {
  definitionFields,
  type LimitDefinition,
  type LimitedKey,
  readDefinition,
  type ReadDefinition,
  readLimiter,
  readName,
} from '../limits/definition.ts'
import type { Limit, Limiter, LimitRule } from '../limits/limiter.types.ts'
import { readRule } from '../limits/rule.ts'
import type { ApiKey } from '../verification/verification.ts'

/** What `auth.limit` takes. */
export interface LimitOptions<Host> extends Omit<LimitDefinition<Host>, 'rule'> {
  /**
   * How much is allowed; or a function that says it, such as one of `planRules`, from your own data. `'unlimited'` is
   * an answer, too; nothing else is: without a rule the request gets 500.
   */
  readonly rule:
    | LimitRule
    | ((apiKey: ApiKey, host: Host) => LimitRule | 'unlimited' | Promise<LimitRule | 'unlimited'>)
  /**
   * What a request takes: an integer of at least 0, or a function that says it. 0 takes nothing. More than the whole
   * limit never passes. Default 1.
   */
  readonly cost?: number | ((apiKey: ApiKey, host: Host) => number | Promise<number>) | undefined
}

/** What `auth.limitFailures` takes. */
export interface FailureLimitOptions<Host> {
  /** Where failures are counted: from `@claviger/limits`, or yours. */
  readonly limiter: Limiter
  /** How many failures are allowed, without a burst. */
  readonly rule: LimitRule
  /**
   * Who fails. Default: the address, by `clientAddress` where you gave it, else as the framework's proxy setting gives it
   * (`req.ip`, `ctx.ip`); a setting that lets clients choose it answers 500. IPv6 addresses are counted by their first 64 bits, which one client has to itself.
   */
  readonly by?: ((host: Host) => string) | undefined
  /** Tells apart what one limiter counts. Default `failures`. */
  readonly name?: string | undefined
}

/** Options of `auth.limit` after their checks. */
export interface ReadLimit<Host> extends ReadDefinition<Host> {
  readonly cost: number | ((apiKey: ApiKey, host: Host) => unknown)
}

/** Checks the options of `auth.limit`. */
export function readLimitOptions<Host>(given: unknown): ReadLimit<Host> {
  const options = parseOptions<LimitOptions<Host>>('auth.limit', given, [...definitionFields, 'cost'])
  const { cost = 1 } = options
  if (typeof cost !== 'function') requireCost(cost, (message) => new ConfigurationError('cost', message))
  type Rule = Exclude<LimitDefinition<Host>['rule'], LimitRule>
  // Requests always have the whole key.
  const rule = options.rule as LimitRule | ((apiKey: LimitedKey, host: Host) => ReturnType<Rule>)
  return { ...readDefinition<Host>({ ...options, rule }), cost }
}

/** Checks the options of `auth.limitFailures`. */
export function readFailureOptions<Host>(
  given: unknown,
  addressOf: (host: Host) => unknown,
): {
  readonly limiter: Limiter
  readonly limit: Limit
  readonly by: (host: Host) => unknown
  readonly name: string
} {
  const {
    limiter,
    rule,
    by = addressOf,
    name = 'failures',
  } = parseOptions<Omit<FailureLimitOptions<Host>, 'by'> & { readonly by?: typeof addressOf }>(
    'auth.limitFailures',
    given,
    ['limiter', 'rule', 'by', 'name'],
  )
  if (typeof by !== 'function') {
    throw new ConfigurationError(
      'by',
      `Expected by to be a function, such as (req) => req.ip, got ${describeValue(by)}.`,
    )
  }
  const limit = readRule(rule, (field, message) => new ConfigurationError(field, message))
  if (limit.burst !== null)
    throw new ConfigurationError('rule.burst', 'A limit of failures has no burst: allow more requests.')
  return { limiter: readLimiter(limiter), limit, by, name: readName(name) }
}

/** Refuses a wrong cost. */
export function requireCost(cost: unknown, refuse: (message: string) => Error): asserts cost is number {
  if (Number.isSafeInteger(cost) && (cost as number) >= 0) return
  throw refuse(`Expected cost to be an integer of at least 0, got ${describeValue(cost)}.`)
}
