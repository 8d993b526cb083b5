import { type Limit, type LimitResult, type LimitWindow } from '../limits/limiter.types.ts'

/** What a response says of a limit: the values of `RateLimit-Policy` and `RateLimit`. */
export interface LimitHeaders {
  /** `"key";q=600;w=60` */
  readonly policy: string
  /** `"key";r=599;t=60`; undefined where nothing is known of the present state. */
  readonly state: string | undefined
  /** By which several limits of one request are compared. */
  readonly remaining: number
  readonly resetMs: number
}

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers, as structured fields: a list of names with parameters.
 *
 * `r` is never more than the policy's own quota, as the draft defines it: of what a burst allows on top, no client is told
 * before it needs it.
 *
 * @param result undefined where the limiter was not asked
 */
export function limitHeaders(name: string, limit: Limit, result: LimitResult | undefined): LimitHeaders {
  const { burst, requests } = limit
  const policy = `"${name}"${quotaOf(limit)}${burst === null ? '' : `, "${name}-burst"${quotaOf(burst)}`}`
  if (result === undefined) return { policy, state: undefined, remaining: 0, resetMs: 0 }
  const { remaining, resetMs } = result
  return { policy, state: `"${name}";r=${Math.min(remaining, requests)};t=${seconds(resetMs)}`, remaining, resetMs }
}

/** Whole seconds, never fewer than are really left. */
export function seconds(ms: number): number {
  return Math.ceil(ms / 1_000)
}

/** Of two limits, the one that stops a client earlier. */
export function tighter(one: LimitHeaders | undefined, other: LimitHeaders): LimitHeaders {
  if (one === undefined || other.remaining < one.remaining) return other
  return other.remaining === one.remaining && other.resetMs > one.resetMs ? other : one
}

/** A calendar month has no length: its window is left out, as the draft allows. */
function quotaOf({ requests, per, windowMs }: LimitWindow): string {
  if (windowMs !== null) return `;q=${requests};w=${windowMs / 1_000}`
  return per === 'day' ? `;q=${requests};w=86400` : `;q=${requests}`
}
