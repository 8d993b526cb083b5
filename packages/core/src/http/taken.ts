import type { Limiter, LimitResult } from '../limits/limiter.types.ts'
import type { LimitHeaders } from './limit-headers.ts'

/** What one limit took for a request. */
export interface Taken {
  readonly limiter: Limiter
  readonly points: number
  readonly result: LimitResult
}

/** What limits took for one request, and what its response says of them. */
export interface TakenLimits {
  shown: LimitHeaders | undefined
  readonly taken: Taken[]
}

/** A request that is refused after all costs nothing. */
export function giveBackAll(state: { limits: TakenLimits | undefined }, failed: (error: unknown) => void): void {
  const { limits } = state
  if (limits === undefined) return
  for (const { limiter, points, result } of limits.taken.splice(0)) {
    try {
      limiter.giveBack?.(result, points)
    } catch (error) {
      failed(error)
    }
  }
}
