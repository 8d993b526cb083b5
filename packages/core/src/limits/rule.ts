import { describeValue } from '../input/describe-value.ts'
import { durationMs } from '../input/duration.ts'
import { plainFields } from '../input/plain-fields.ts'
import type { Limit, LimitPeriod, LimitRule, LimitWindow } from './limiter.types.ts'

/** More than that, and databases could not count any further. */
const mostRequests = 1_000_000_000
const longestMs = 366 * 86_400_000

type Refuse = (field: string, message: string) => Error

/**
 * Reads a rule.
 *
 * @param refuse makes the error about a field
 */
export function readRule(rule: unknown, refuse: Refuse): Limit {
  const fields = plainFields<LimitRule>(rule, ['requests', 'per', 'burst'], {
    call: 'rule',
    noun: 'field',
    refuse: (field, message) => refuse(field === undefined ? 'rule' : `rule.${field}`, message),
  })
  const window = readWindow('rule', fields, refuse)
  const { burst } = fields
  if (burst === undefined) return { ...window, burst: null }
  const onTop = plainFields<NonNullable<LimitRule['burst']>>(burst, ['requests', 'per'], {
    call: 'rule.burst',
    noun: 'field',
    refuse: (field, message) => refuse(field === undefined ? 'rule.burst' : `rule.burst.${field}`, message),
  })
  return { ...window, burst: readWindow('rule.burst', onTop, refuse) }
}

/** Everything that a rule can allow at once. */
export function wholeOf({ requests, burst }: Limit): number {
  return requests + (burst?.requests ?? 0)
}

function readWindow(path: string, { requests, per }: Pick<LimitRule, 'requests' | 'per'>, refuse: Refuse): LimitWindow {
  if (!Number.isSafeInteger(requests) || requests < 1 || requests > mostRequests) {
    const range = `an integer from 1 to ${mostRequests}`
    throw refuse(`${path}.requests`, `Expected ${path}.requests to be ${range}, got ${describeValue(requests)}.`)
  }
  return { requests, per, windowMs: readPeriod(`${path}.per`, per, refuse) }
}

function readPeriod(path: string, per: LimitPeriod, refuse: Refuse): number | null {
  if (per === 'day' || per === 'month') return null
  const ms = typeof per === 'string' ? durationMs(per) : undefined
  if (ms !== undefined && ms >= 1_000 && ms <= longestMs && ms % 1_000 === 0) return ms
  throw refuse(
    path,
    `Expected ${path} to be a whole number and its unit (s, m, h, d, w), such as '1m', or 'day' or 'month', at most 366 ` +
      `days, got ${describeValue(per)}.`,
  )
}
