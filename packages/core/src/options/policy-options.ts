import { ConfigurationError } from '../errors/errors.ts'
import { type Duration, parseDuration, wrongDuration } from '../input/duration.ts'
import type { KeyPolicy } from '../keys/shapes/policy.ts'
import type { RetentionTimes } from '../writing/retention.ts'

/** Rules for keys. Durations are texts such as `'90d'` or `'24h'`; null for no limit. */
export interface PolicyOptions {
  /**
   * The longest life of a secret. `create` then requires an expiry within this time; without one it throws a
   * `ValidationError`. A rotation restarts the time: `rotate`, then `update` with a later expiry. Default null: keys may
   * have no expiry.
   */
  readonly maxLifetime?: Duration | null | undefined
  /** Age of a secret at which its key starts to show `rotationDue`. A reminder, never an expiry. Default `'90d'`. */
  readonly rotateAfter?: Duration | null | undefined
  /** How long a key may be idle before it shows `unused` or `neverUsed`. Default `'90d'`. */
  readonly unusedAfter?: Duration | null | undefined
  /** The longest overlap a rotation may ask for. Default `'7d'`. */
  readonly maxOverlap?: Duration | undefined
}

/** How long ended records are kept before they are purged. Null: indefinitely. */
export interface RetentionOptions {
  /** Revoked keys; after that their tokens are unknown instead of revoked. Default `'90d'`. */
  readonly revokedKeys?: Duration | null | undefined
  /**
   * Keys that expired and were not revoked, counted from their expiry; after that their tokens are unknown instead of
   * expired. Default null, because a process whose clock is far ahead would purge keys that are still valid.
   */
  readonly expiredKeys?: Duration | null | undefined
  /** Default `'90d'`. */
  readonly deletedServiceAccounts?: Duration | null | undefined
  /** Lines of the activity log. Default null. */
  readonly activity?: Duration | null | undefined
  /** Hourly counts. Default `'400d'`. */
  readonly usage?: Duration | null | undefined
  /** What is remembered for `idempotencyKey`. Default `'24h'`. */
  readonly idempotency?: Duration | null | undefined
}

const dayMs = 86_400_000
// A hundred years: more is a mistake, and dates end somewhere.
const mostMs = 36_500 * dayMs
/** Every option of the group. */
export const policyNames: readonly (keyof PolicyOptions)[] = ['maxLifetime', 'rotateAfter', 'unusedAfter', 'maxOverlap']

/** Every option of the group. */
export const retentionNames: readonly (keyof RetentionOptions)[] = [
  'revokedKeys',
  'expiredKeys',
  'deletedServiceAccounts',
  'activity',
  'usage',
  'idempotency',
]

/** Checks and fills in. @throws {ConfigurationError} naming the option */
export function resolvedPolicy(policy: PolicyOptions, expiringWithinMs: number): KeyPolicy {
  return {
    maxLifetimeMs: duration('policy.maxLifetime', policy.maxLifetime, null, 1),
    rotateAfterMs: duration('policy.rotateAfter', policy.rotateAfter, 90 * dayMs, 1),
    unusedAfterMs: duration('policy.unusedAfter', policy.unusedAfter, 90 * dayMs, 1),
    maxOverlapMs: bounded('policy.maxOverlap', duration('policy.maxOverlap', policy.maxOverlap, 7 * dayMs, 0)),
    expiringWithinMs,
  }
}

/** Checks and fills in. @throws {ConfigurationError} naming the option */
export function resolvedRetention(retention: RetentionOptions): RetentionTimes {
  const kept = (name: keyof RetentionOptions, byDefault: number | null, usual: 'h' | 'd' = 'd'): number =>
    duration(`retention.${name}`, retention[name], byDefault, 1, usual)
  return {
    revokedKeysMs: kept('revokedKeys', 90 * dayMs),
    expiredKeysMs: kept('expiredKeys', null),
    deletedServiceAccountsMs: kept('deletedServiceAccounts', 90 * dayMs),
    activityMs: kept('activity', null),
    usageMs: kept('usage', 400 * dayMs),
    idempotencyMs: kept('idempotency', dayMs, 'h'),
  }
}

/** Milliseconds; `Infinity` for null. */
function duration(
  option: string,
  value: Duration | null | undefined,
  byDefault: number | null,
  least: number,
  usual: 'h' | 'd' = 'd',
): number {
  const refuse = (message: string): Error => new ConfigurationError(option, message)
  if (value === null) return Number.POSITIVE_INFINITY
  if (value === undefined) return byDefault ?? Number.POSITIVE_INFINITY
  const ms = parseDuration(option, value, usual, refuse)
  if (ms >= least && ms <= mostMs) return ms
  throw refuse(ms < least ? wrongDuration(option, value, usual) : `Expected ${option} to be at most '36500d'.`)
}

function bounded(option: string, ms: number): number {
  if (ms <= mostMs) return ms
  throw new ConfigurationError(option, `Expected ${option} to be a duration such as '7d': an overlap must end.`)
}
