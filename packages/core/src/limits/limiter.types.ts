/** A length of time that a limit counts in: a whole number and its unit, or a calendar day or month in UTC. */
export type LimitPeriod = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}` | 'day' | 'month'

/** How much is allowed, and in what time. */
export interface LimitRule {
  /** How many requests, or points where requests cost more than one: 1 to 1 000 000 000. */
  readonly requests: number
  /**
   * In what time. `'1m'`: in a window of a minute that begins with its first request. `'day'` and `'month'`: in a calendar
   * day or month in UTC, a quota. At most 366 days.
   */
  readonly per: LimitPeriod
  /** What is allowed on top, once `requests` is used up, in a longer window of its own. */
  readonly burst?: { readonly requests: number; readonly per: LimitPeriod } | undefined
}

/** A window, as limiters get it: of a length, or a calendar period in UTC. */
export interface LimitWindow {
  readonly requests: number
  /** The period as the host wrote it. */
  readonly per: LimitPeriod
  /** The length of a window that begins with its first request; null for a calendar period. */
  readonly windowMs: number | null
}

/** A rule after its checks. */
export interface Limit extends LimitWindow {
  readonly burst: LimitWindow | null
}

/** What a limiter says about one request. */
export interface LimitResult {
  readonly isAllowed: boolean
  /** What is left now; what a burst allows on top is included. */
  readonly remaining: number
  /** Milliseconds until the window ends and everything is allowed again. */
  readonly resetMs: number
}

/**
 * Counts requests. `@claviger/limits` has limiters in memory, on Redis and on SQL; yours may be another. What it throws
 * never refuses a request: the limit does not hold then, and you are told.
 */
export interface Limiter {
  /**
   * Takes points if they are there, and nothing if they are not. In the same tick when it can.
   *
   * @param counter what is counted: never holds a token. Two limits never have the same counter
   * @param points at least 1, and never more than the whole limit
   * @param tenant whose counter it is, for limiters that keep counters of one tenant from taking the room of others': a
   *   workspace, or empty for clients that failed to authenticate
   */
  consume(counter: string, points: number, limit: Limit, tenant: string): LimitResult | Promise<LimitResult>
  /**
   * Gives back what was taken for a request that another guard refused; nothing if that window is over. Left out: it stays
   * taken.
   *
   * @param taken the very object that `consume` answered
   */
  giveBack?(taken: LimitResult, points: number): void
  /** The present state, for `diagnose` and for people; takes nothing. Left out: the state cannot be shown. */
  peek?(counter: string, limit: Limit, tenant: string): LimitResult | Promise<LimitResult>
}
