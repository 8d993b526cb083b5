/** The rules for keys, resolved. Milliseconds; `Infinity` where nothing is limited. */
export interface KeyPolicy {
  /** The longest life of a secret. */
  readonly maxLifetimeMs: number
  /** Age of a secret at which a rotation is due. A reminder, never an expiry. */
  readonly rotateAfterMs: number
  /** How long a key may be idle before it needs a look. */
  readonly unusedAfterMs: number
  /** The longest time an old secret may work beside a new one. */
  readonly maxOverlapMs: number
  /** How near its expiry a key needs a look. */
  readonly expiringWithinMs: number
}

/** The rules for keys as a keyring has them: `policy` and `expiryNoticeMs`, with their defaults. Null: no limit. */
export interface Policy {
  /** The longest life of a secret. */
  readonly maxLifetimeMs: number | null
  /** The longest overlap a rotation may ask for. */
  readonly maxOverlapMs: number
  /** Age of a secret at which its key shows `rotationDue`. */
  readonly rotateAfterMs: number | null
  /** How long a key may be idle before it shows `unused` or `neverUsed`. */
  readonly unusedAfterMs: number | null
  /** How near its end a key shows `expiring`. */
  readonly expiryNoticeMs: number
}

/** The rules as hosts may read them. Pure. */
export function policyShown(policy: KeyPolicy): Policy {
  const limit = (ms: number): number | null => (ms === Number.POSITIVE_INFINITY ? null : ms)
  return Object.freeze({
    maxLifetimeMs: limit(policy.maxLifetimeMs),
    maxOverlapMs: policy.maxOverlapMs,
    rotateAfterMs: limit(policy.rotateAfterMs),
    unusedAfterMs: limit(policy.unusedAfterMs),
    expiryNoticeMs: policy.expiringWithinMs,
  })
}
