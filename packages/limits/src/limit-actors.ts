import { ConfigurationError, type Limit, type Limiter, type LimitResult, type LimitRule } from '@claviger/core'
import { readFixedRule } from '@claviger/core/http'
import { parseOptions } from '@claviger/core/store'

/** Who makes a call of the management API or the console. */
export interface LimitedActor {
  readonly type: string
  readonly id: string
  readonly workspaceId: string
}

/** Options of `limitActors`. */
export interface LimitActorsOptions {
  readonly limiter: Limiter
  readonly rule: LimitRule
  /** Tells apart what one limiter counts. Default `actors`. */
  readonly name?: string | undefined
}

/** The hook `limit` of `managementApi` and of the console. */
export type ActorLimit = (call: {
  readonly actor: LimitedActor
}) => true | { readonly retryAfterSeconds: number } | Promise<true | { readonly retryAfterSeconds: number }>

/**
 * Limits how often an actor calls the management API or uses the console: for their option `limit`. A limiter that fails
 * limits nothing.
 *
 * @example
 * managementApi({ keyring, authorize, limit: limitActors({ limiter, rule: { requests: 120, per: '1m' } }) })
 *
 * @throws {ConfigurationError} for a wrong option
 */
export function limitActors(options: LimitActorsOptions): ActorLimit {
  const {
    limiter,
    rule,
    name = 'actors',
  } = parseOptions<LimitActorsOptions>('limitActors', options, ['limiter', 'rule', 'name'])
  if (typeof Object(limiter).consume !== 'function') {
    throw new ConfigurationError('limiter', 'limitActors needs a limiter, such as memoryLimiter().')
  }
  if (typeof name !== 'string' || !/^[A-Za-z0-9._-]{1,40}$/.test(name)) {
    throw new ConfigurationError('name', 'Expected name to be 1 to 40 letters, digits, "-", "_" or ".".')
  }
  const limit: Limit = readFixedRule(rule)
  const answerOf = ({ isAllowed, resetMs }: LimitResult): true | { readonly retryAfterSeconds: number } =>
    isAllowed || { retryAfterSeconds: Math.max(1, Math.ceil(resetMs / 1_000)) }

  return ({ actor: { type, id, workspaceId } }) => {
    const counter = `${name}:${limit.per}:actor:${workspaceId.length}:${workspaceId}:${type}:${id}`
    try {
      const taken = limiter.consume(counter, 1, limit, workspaceId)
      return 'then' in taken ? taken.then(answerOf, () => true as const) : answerOf(taken)
    } catch {
      return true
    }
  }
}
