import type { Door } from '../door.types.ts'
import { isThenable } from '../input/thenable.ts'
import { counterOf, ruleFrom } from '../limits/definition.ts'
import type { Limit, LimitResult } from '../limits/limiter.types.ts'
import { wholeOf } from '../limits/rule.ts'
import type { ApiKey } from '../verification/verification.ts'
import { type Decide, type Decision, pass, passOn } from './decision.ts'
import { type Denial, type Denials, withHeaders } from './denial.ts'
import { type LimitHeaders, limitHeaders, seconds, tighter } from './limit-headers.ts'
import { takeName } from './limit-names.ts'
import { readLimitOptions, requireCost } from './limit-options.ts'
import { askLimiter } from '../limits/ask-limiter.ts'
import { createReporter, publishDenied } from './reporting.ts'
import { isAbsence, type RequestState, requestStatesOf } from './request-state.ts'
import { giveBackAll } from './taken.ts'

/**
 * Makes what limits the requests of verified keys. It refuses with 429, and only for a limit that is used up: a limiter
 * that fails lets requests pass, and the host is told.
 */
export function createLimitGuard<Host>(door: Door, denials: Denials): (options: unknown) => Decide<Host> {
  const states = requestStatesOf(door)
  const [prefix] = door.grammar.prefixes

  return (options) => {
    const { limiter, by, name, fixed, ruleOf, cost } = readLimitOptions<Host>(options)
    takeName(door, limiter, name, options)
    const guard = `auth.limit() "${name}"`
    const reporter = createReporter(door.redact)
    const limiterFailed = (error: unknown): void =>
      reporter.fault('CLAVIGER_LIMITER_FAILED', guard, 'the limiter failed; requests pass without it.', error)

    const deny = (denial: Denial, keyId?: string): Decision => {
      publishDenied(denial, keyId)
      return { type: 'deny', denial }
    }
    const fail = (error: unknown, { id }: ApiKey): Decision => {
      reporter.fault('CLAVIGER_GUARD_FAILED', guard, 'it has no rule or cost; the request was answered 500.', error)
      return deny(denials.of({ code: 'guard_failed' }), id)
    }
    const refuse = (state: RequestState, { id }: ApiKey, limit: Limit, result: LimitResult | undefined): Decision => {
      state.deniedBy = usedUp
      giveBackAll(state, limiterFailed)
      const headers = limitHeaders(name, limit, result)
      return deny(limitDenial(denials, headers), id)
    }
    const conclude = (
      state: RequestState,
      apiKey: ApiKey,
      limit: Limit,
      points: number,
      result: LimitResult | undefined,
    ): Decision => {
      if (result === undefined) return passOn
      if (!result.isAllowed) return refuse(state, apiKey, limit, result)
      const limits = (state.limits ??= { shown: undefined, taken: [] })
      limits.taken.push({ limiter, points, result })
      limits.shown = tighter(limits.shown, limitHeaders(name, limit, result))
      return { type: 'pass', apiKey: undefined, expires: undefined, judgement: undefined, limits: limits.shown }
    }
    const take = (
      state: RequestState,
      apiKey: ApiKey,
      limit: Limit | 'unlimited',
      points: unknown,
    ): Decision | Promise<Decision> => {
      requireCost(points, (message) => new TypeError(message))
      if (limit === 'unlimited' || points === 0) return passOn
      if (points > wholeOf(limit)) return refuse(state, apiKey, limit, undefined)
      const counter = counterOf(prefix, name, by, apiKey, limit)
      const { workspaceId } = apiKey
      const result = askLimiter(door.clock, () => limiter.consume(counter, points, limit, workspaceId), limiterFailed)
      return isThenable(result)
        ? result.then((late) => afterAll(conclude(state, apiKey, limit, points, late)))
        : conclude(state, apiKey, limit, points, result)
    }
    const takeLater = async (
      state: RequestState,
      apiKey: ApiKey,
      rule: unknown,
      points: unknown,
    ): Promise<Decision> => {
      try {
        const limit = fixed ?? ruleFrom(await rule)
        return afterAll(await take(state, apiKey, limit, await points))
      } catch (error) {
        return fail(error, apiKey)
      }
    }

    return (request, host) => {
      const state = states.get(request)
      if (state === undefined) {
        reporter.fault(
          'CLAVIGER_GUARD_WITHOUT_AUTH',
          guard,
          'no auth.authenticate() of the same keyring ran before this guard; the request was answered 500. Mount it first.',
        )
        return deny(denials.of({ code: 'guard_without_auth' }))
      }
      const { found } = state
      if (!found.ok) {
        // Without a key, where that is allowed, or behind an authenticator of the application: no key to count.
        const passes = found.other !== undefined || isAbsence(found)
        return passes ? passOn : deny(denials.of(found), found.keyId)
      }
      const { apiKey } = found
      try {
        const rule = fixed ?? ruleOf?.(apiKey, host)
        const points = typeof cost === 'number' ? cost : cost(apiKey, host)
        if (isThenable(rule) || isThenable(points)) return takeLater(state, apiKey, rule, points)
        return take(state, apiKey, fixed ?? ruleFrom(rule), points)
      } catch (error) {
        return fail(error, apiKey)
      }
    }
  }
}

const usedUp = Object.freeze({ code: 'rate_limited' })

/** The 429 with what the limit says. Without a result the request would never pass: it is told no time. */
export function limitDenial(denials: Denials, headers: LimitHeaders): Denial {
  const { policy, state, resetMs } = headers
  return withHeaders(denials.of({ code: 'rate_limited' }), {
    ...(state === undefined ? {} : { 'Retry-After': String(Math.max(1, seconds(resetMs))) }),
    'RateLimit-Policy': policy,
    ...(state === undefined ? {} : { RateLimit: state }),
  })
}

/** Time has passed, so the response must be looked at again. */
function afterAll(decision: Decision): Decision {
  return decision === passOn ? pass : decision
}
