import { ValidationError } from '../../errors/errors.ts'
import { type Duration, parseDuration } from '../../input/duration.ts'
import { type Instant, instantMs } from '../../input/instant.ts'

/** What is asked of a key's end. Both left out: never. */
export interface WantedExpiry {
  readonly expiresAt?: Instant | null | undefined
  readonly expiresIn?: Duration | undefined
}

/**
 * The requested expiry of a key: null for never, undefined when not given. Pure.
 *
 * @throws {ValidationError} when it is not in the future, or both are given
 */
export function wantedEnd({ expiresAt, expiresIn }: WantedExpiry, now: number): number | null | undefined {
  if (expiresIn === undefined) {
    return expiresAt === undefined || expiresAt === null
      ? expiresAt
      : inFuture('expiresAt', instantMs('expiresAt', expiresAt), now)
  }
  if (expiresAt !== undefined) throw new ValidationError('expiresIn', 'Give expiresAt or expiresIn, not both.')
  const ms = parseDuration('expiresIn', expiresIn, 'd', (message) => new ValidationError('expiresIn', message))
  return inFuture('expiresIn', instantMs('expiresIn', now + ms), now)
}

function inFuture(field: string, at: number, now: number): number {
  if (at > now) return at
  throw new ValidationError(field, 'Expected the key to expire in the future.')
}

/** Checks an expiry against `policy.maxLifetime`, counted from the creation of the current secret. */
export function requireLifetime(end: number | null, secretCreatedAt: number, maxLifetimeMs: number): void {
  if (maxLifetimeMs === Number.POSITIVE_INFINITY) return
  if (end === null) {
    throw new ValidationError('expiresAt', 'Keys must expire here (policy.maxLifetime): give expiresAt.', 'maxLifetime')
  }
  if (end <= secretCreatedAt + maxLifetimeMs) return
  throw new ValidationError(
    'expiresAt',
    'expiresAt is later than policy.maxLifetime allows, counted from the creation of the current secret.',
    'maxLifetime',
  )
}
