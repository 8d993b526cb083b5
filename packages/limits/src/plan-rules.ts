import { type Clock, ConfigurationError, type LimitedKey, type LimitRule, systemClock } from '@claviger/core'
import { parseOptions } from '@claviger/core/store'
import { createFairRoom } from './fair-room.ts'
import { integer } from './integer.ts'

/** A rule, or that there is none. */
export type PlannedRule = LimitRule | 'unlimited'

/** Options of `planRules`. */
export interface PlanRulesOptions {
  /** Whose plan it is. Default `workspace`. */
  readonly of?: 'workspace' | 'owner' | undefined
  /** Reads the rule from your own data. */
  readonly load: (key: Pick<LimitedKey, 'workspaceId' | 'owner'>) => PlannedRule | Promise<PlannedRule>
  /** What holds while nothing was read yet and `load` fails. */
  readonly fallback: PlannedRule
  /** How long an answer is used before it is read again, in the background. Default 10 000. */
  readonly maxAgeMs?: number | undefined
  /** How many answers are kept. Default 10 000. */
  readonly maxPlans?: number | undefined
  /** Gets what `load` throws. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

/** A rule for `auth.limit`, and how to say that a plan was changed. */
export interface PlanRules {
  (key: LimitedKey): PlannedRule | Promise<PlannedRule>
  /** The plan of this workspace was changed: its next request reads it again. */
  changed(workspaceId: string): void
}

interface Plan {
  rule: PlannedRule
  readAt: number
  isReading: boolean
}

/** How long a load may keep a request waiting. */
const patienceMs = 1_000

/**
 * Rules from your own data, such as the plan that a customer pays for: read once per workspace or owner, kept as owners are, and
 * read again in the background. A plan changes for all keys at once, and no key is touched. A failing `load` never refuses
 * a request: the last answer holds, or `fallback`.
 *
 * @example
 * const plans = planRules({
 *   load: async ({ workspaceId }) => rulesOf[await planOf(workspaceId)],
 *   fallback: { requests: 60, per: '1m' },
 * })
 * app.use('/v1', auth.limit({ limiter, by: 'workspace', rule: plans }))
 *
 * @throws {ConfigurationError} for a wrong option
 */
export function planRules(options: PlanRulesOptions): PlanRules {
  const names = ['of', 'load', 'fallback', 'maxAgeMs', 'maxPlans', 'onError', 'clock'] as const
  const given = parseOptions<PlanRulesOptions>('planRules', options, names)
  const { of = 'workspace', load, fallback, onError, clock = systemClock } = given
  if (of !== 'workspace' && of !== 'owner')
    throw new ConfigurationError('of', "Expected of to be 'workspace' or 'owner'.")
  if (typeof load !== 'function')
    throw new ConfigurationError('load', 'Expected load to be a function that gives a rule.')
  if (fallback === undefined)
    throw new ConfigurationError('fallback', 'planRules needs a fallback: a rule, or "unlimited".')
  const maxAgeMs = integer('maxAgeMs', given.maxAgeMs, 10_000, 1, 86_400_000)
  const maxPlans = integer('maxPlans', given.maxPlans, 10_000, 1, 10_000_000)
  const plans = createFairRoom<Plan>(maxPlans, () => false)
  const reading = new Map<string, Promise<PlannedRule>>()
  let changes = 0

  const failed = (error: unknown): void => {
    try {
      onError?.(error)
    } catch {
      // The host's own.
    }
  }
  const keep = (workspaceId: string, owner: string, rule: PlannedRule): void =>
    plans.set(workspaceId, owner, { rule, readAt: clock.monotonic(), isReading: false })
  const loaded = (key: LimitedKey): Promise<PlannedRule> =>
    new Promise((resolve, reject) => {
      const cancel = clock.schedule(patienceMs, () => reject(new Error(`load did not answer within ${patienceMs} ms`)))
      Promise.resolve()
        .then(() => load({ workspaceId: key.workspaceId, owner: key.owner }))
        .then(resolve, reject)
        .finally(cancel)
    })
  /** One look-up at a time, for every request that waits for it. */
  const read = (key: LimitedKey, owner: string): Promise<PlannedRule> => {
    const name = `${key.workspaceId.length}:${key.workspaceId}${owner}`
    const known = reading.get(name)
    if (known !== undefined) return known
    const changesBefore = changes
    const begun = loaded(key)
      .then((rule) => {
        // What was read before a change may be what was there before it.
        if (changes === changesBefore) keep(key.workspaceId, owner, rule)
        return rule
      })
      .finally(() => {
        if (reading.get(name) === begun) reading.delete(name)
      })
    reading.set(name, begun)
    return begun
  }

  const rules = (key: LimitedKey): PlannedRule | Promise<PlannedRule> => {
    const owner = of === 'owner' ? `${key.owner.type}:${key.owner.id}` : ''
    const plan = plans.get(key.workspaceId, owner)
    if (plan === undefined) {
      return read(key, owner).catch((error: unknown) => {
        failed(error)
        // Else every request would wait for a look-up that fails.
        keep(key.workspaceId, owner, fallback)
        return fallback
      })
    }
    if (!plan.isReading && clock.monotonic() - plan.readAt >= maxAgeMs) {
      plan.isReading = true
      const settled = (): void => void Object.assign(plan, { isReading: false, readAt: clock.monotonic() })
      read(key, owner).then(settled, (error: unknown) => {
        settled()
        failed(error)
      })
    }
    return plan.rule
  }
  const changed = (workspaceId: string): void => {
    changes += 1
    for (const name of reading.keys()) if (name.startsWith(`${workspaceId.length}:${workspaceId}`)) reading.delete(name)
    plans.forget(workspaceId)
  }
  return Object.assign(rules, { changed })
}
