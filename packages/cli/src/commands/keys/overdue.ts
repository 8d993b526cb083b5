import type { KeyJson } from '../../backend/shapes.ts'

/** What counts as overdue, in milliseconds; what is left out is not looked at. */
export interface OverdueLimits {
  /** The age of the secret in use. */
  readonly maxAgeMs?: number
  /** The time since the last use, or, of a key that was never used, since it was made. */
  readonly unusedMs?: number
  /** The time until it expires. */
  readonly expiringMs?: number
}

/** Why a key is overdue by limits of the caller. Pure. */
export function overdueBy(key: KeyJson, limits: OverdueLimits, now: number): readonly string[] {
  const { maxAgeMs, unusedMs, expiringMs } = limits
  const secretAge = now - Date.parse(key.secrets[0]?.createdAt ?? key.createdAt)
  const idle = now - Date.parse(key.lastUsedAt ?? key.createdAt)
  const rest = key.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(key.expiresAt) - now
  const isIdle = unusedMs !== undefined && idle >= unusedMs
  return [
    ...(key.attention.includes('ownerGone') ? ['ownerGone'] : []),
    ...(expiringMs !== undefined && rest <= expiringMs ? ['expiring'] : []),
    ...(maxAgeMs !== undefined && secretAge >= maxAgeMs ? ['rotationDue'] : []),
    ...(isIdle ? [key.lastUsedAt === null ? 'neverUsed' : 'unused'] : []),
  ]
}

/** Why a key is overdue by the policy of the product. That it expires soon is no fault: it is what was asked for. Pure. */
export function overdueByPolicy({ attention }: KeyJson): readonly string[] {
  return attention.filter((reason) => reason !== 'expiring')
}
