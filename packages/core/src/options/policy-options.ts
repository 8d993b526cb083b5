import { ConfigurationError } from '../errors/errors.ts'
import { type Duration, durationForm, durationMs } from '../input/duration.ts'
import { said } from '../input/said.ts'
import type { KeyPolicy } from '../keys/shapes/policy.ts'
import type { RetentionTimes } from '../writing/retention.ts'

/** Rules for keys. Durations are milliseconds or texts such as `'24h'`; null for no limit. */
export interface PolicyOptions {
  /**
   * The longest life of a secret: an end is required, and no later than this after the secret in
   * use was made. A rotation renews it: `rotate`, then `update` with a later end. Default null: keys may live for ever.
   */
  readonly maxLifetime?: Duration | null
  /** The age of a secret from which on its key shows `rotationDue`. A reminder, never an end. Default `'90d'`. */
  readonly rotateAfter?: Duration | null
  /** How long a key may be idle before it shows `unused` or `neverUsed`. Default `'90d'`. */
  readonly unusedAfter?: Duration | null
  /** The longest overlap a rotation may ask for. Default `'7d'`. */
  readonly maxOverlap?: Duration
}

/** For how long what ended is kept, before it is purged for good. Null: for ever. */
export interface RetentionOptions {
  /** Revoked keys; after that their tokens are unknown instead of revoked. Default `'90d'`. */
  readonly revokedKeys?: Duration | null
  /**
   * Keys that expired and were not revoked, counted from their end; after that their tokens are unknown instead of expired.
   * Default null: by the clock of one process alone, set wrong, living keys would go.
   */
  readonly expiredKeys?: Duration | null
  /** Default `'90d'`. */
  readonly deletedServiceAccounts?: Duration | null
  /** Lines of the activity log. Default null. */
  readonly activity?: Duration | null
  /** Hourly counts. Default `'400d'`. */
  readonly usage?: Duration | null
  /** What is remembered for `idempotencyKey`. Default `'24h'`. */
  readonly idempotency?: Duration | null
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
  const kept = (name: keyof RetentionOptions, byDefault: number | null): number =>
    duration(`retention.${name}`, retention[name], byDefault, 1)
  return {
    revokedKeysMs: kept('revokedKeys', 90 * dayMs),
    expiredKeysMs: kept('expiredKeys', null),
    deletedServiceAccountsMs: kept('deletedServiceAccounts', 90 * dayMs),
    activityMs: kept('activity', null),
    usageMs: kept('usage', 400 * dayMs),
    idempotencyMs: kept('idempotency', dayMs),
  }
}

/** Milliseconds; `Infinity` for null. */
function duration(option: string, value: Duration | null | undefined, byDefault: number | null, least: number): number {
  const chosen = value === undefined ? byDefault : value
  if (chosen === null) return Number.POSITIVE_INFINITY
  const ms = durationMs(chosen)
  if (ms !== undefined && ms >= least && ms <= mostMs) return ms
  throw new ConfigurationError(option, `Expected ${option} to be ${durationForm}, got ${said(value)}.`)
}

function bounded(option: string, ms: number): number {
  if (ms <= mostMs) return ms
  throw new ConfigurationError(option, `Expected ${option} to be ${durationForm}: an overlap must end.`)
}
