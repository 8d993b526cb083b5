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
