import type { Freshness } from '../following/freshness.ts'
import type { LastError, PartState, HealthFacts } from '../reporting/health-facts.ts'
import type { Readiness } from './readiness.ts'

/** How a keyring is doing, from `keyring.health()`. Plain data; `JSON.stringify` shows it all. */
export interface Health {
  /** Whether requests may be sent to this process: it is ready, in touch with its store, and not closed. */
  readonly ok: boolean
  /** Since when `ok` is what it is. */
  readonly since: Date
  /** `failed`: the last `ready()` rejected, and is tried again by the next call that needs the keyring. */
  readonly state: 'starting' | 'ready' | 'failed' | 'closed'
  /**
   * `lost`: no poll was answered for `leaseMs`, or the store is no longer the primary. `none`: the store has no `poll`.
   */
  readonly lease: 'alive' | 'lost' | 'none'
  /** Whether the last thing asked of the store in the background was answered. `unknown`: nothing was asked yet. */
  readonly store: PartState
  /** Whether the last hash worked. `unknown`: none was made yet. */
  readonly hasher: PartState
  /** `down`: it was lost, and is being connected again. `refused`: the store may not publish or listen. */
  readonly bus: 'up' | 'down' | 'refused' | 'none'
  /** The latest failure that was reported, also after it passed. The message holds no token and no hash. */
  readonly lastError: LastError | null
}

/** Answers from what is noted; asks nothing. */
export function healthOf(
  readiness: Pick<Readiness, 'state' | 'since'>,
  freshness: Pick<Freshness, 'lease' | 'leaseSince' | 'bus'>,
  facts: HealthFacts,
  now: number,
): Health {
  const lease = freshness.lease(now)
  const isReady = readiness.state === 'ready'
  const changedAt = isReady && lease !== 'none' ? Math.max(readiness.since, freshness.leaseSince(now)) : readiness.since
  return {
    ok: isReady && lease !== 'lost',
    since: new Date(changedAt),
    state: readiness.state,
    lease,
    store: facts.store,
    hasher: facts.hasher,
    bus: freshness.bus.state(),
    lastError: facts.lastError,
  }
}
