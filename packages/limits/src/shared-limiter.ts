import type { Limit, Limiter, LimitResult } from '@claviger/core'
import type { Backend } from './backend.types.ts'
import { createLeases, type Grant } from './leases.ts'
import type { SharedSettings } from './shared-options.ts'

/** A limiter whose counters several processes share. */
export interface SharedLimiter extends Limiter {
  giveBack(taken: LimitResult, points: number): void
  peek(counter: string, limit: Limit, tenant: string): Promise<LimitResult>
}

/** Makes a limiter of a store. */
export function createSharedLimiter(backend: Backend, settings: SharedSettings): SharedLimiter {
  const leases = createLeases(backend, settings)
  const onTop = (
    grant: Grant,
    counter: string,
    points: number,
    limit: Limit,
    tenant: string,
  ): LimitResult | Promise<LimitResult> => {
    const { burst } = limit
    if (burst === null) return grant
    if (grant.isAllowed) return grant
    const joined = (more: Grant): Grant => ({
      ...more,
      remaining: grant.remaining + more.remaining,
      resetMs: grant.resetMs,
    })
    const taken = leases.take(burstOf(counter), points, burst, tenant)
    return isLater(taken) ? taken.then(joined) : joined(taken)
  }

  return {
    consume(counter, points, limit, tenant) {
      const taken = leases.take(counter, points, limit, tenant)
      if (limit.burst === null) return taken
      return isLater(taken)
        ? taken.then((grant) => onTop(grant, counter, points, limit, tenant))
        : onTop(taken, counter, points, limit, tenant)
    },

    giveBack(taken, points) {
      const { lease } = taken as Partial<Grant>
      // A lease is one window: what is over is given back to no one.
      if (lease === undefined) return
      const memory = Math.min(points, lease.owed)
      lease.owed -= memory
      lease.sum -= memory
      lease.left += points - memory
    },

    async peek(counter, limit, tenant) {
      const { burst } = limit
      const main = await leases.peek(counter, limit, tenant)
      if (burst === null) return main
      const more = await leases.peek(burstOf(counter), burst, tenant)
      const remaining = main.remaining + more.remaining
      return { isAllowed: remaining > 0, remaining, resetMs: main.resetMs }
    },
  }
}

/** In front: what a counter ends with is the application's, such as the id of a workspace, and could end like this. */
function burstOf(counter: string): string {
  return `burst:${counter}`
}

/** By what it can do: an application may have replaced the global Promise. */
function isLater(taken: Grant | Promise<Grant>): taken is Promise<Grant> {
  return 'then' in taken
}
