import type { ActivityEntry } from '../keys/reading/read-activity.ts'

/** A line of the activity log, as followers get it. */
export interface FollowedActivity extends ActivityEntry {
  /** Counts up by one with each line that any process writes, over all workspaces. */
  readonly position: number
}

/** Lines that were gone before a follower read them: purged, or lost with a database that was restored. */
export interface LostLines {
  /** The name of the follower. */
  readonly follower: string
  /** Positions of the first and the last of them. */
  readonly first: number
  readonly last: number
  /**
   * `purged`: they were removed, or cannot be read. `restored`: the log ends before the place that the follower had come
   * to, because the database was restored from a backup. The follower had these lines; the log gives their positions to
   * others.
   */
  readonly reason: 'purged' | 'restored'
}

/**
 * What a follower does with each line. It comes again when this throws, rejects or takes too long, and may come again
 * when a process dies: use `id` to notice. The next line comes when this one is done.
 */
export type FollowHandler = (line: FollowedActivity, context: FollowContext) => void | Promise<void>

/** What a handler may want to know of the follower. */
export interface FollowContext {
  /** Aborts when the follower is closed, loses its turn to another process, or the handler has taken too long. */
  readonly signal: AbortSignal
}

/** Options of `follow`. Times are milliseconds. */
export interface FollowOptions {
  /** Where a name begins that was never used: with the oldest line there is, or behind the newest. Default `'beginning'`. */
  readonly from?: 'beginning' | 'now' | undefined
  /**
   * Called when lines were gone before they were read; the follower goes on behind them. When it throws or rejects, it
   * is called again. Default: they are reported as a failure, on `onError`.
   */
  readonly onLost?: ((lost: LostLines) => void | Promise<void>) | undefined
  /** Closes the follower when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** How many lines are read at once; the place is stored after them. 1 to 100. Default 100. */
  readonly batchSize?: number | undefined
  /** How often to look for new lines when all are read. 10 to 60 000. Default 1 000. */
  readonly pollMs?: number | undefined
  /** How soon another process takes over when this one dies. 1 000 to 600 000. Default 30 000. */
  readonly leaseMs?: number | undefined
  /** How long the handler may take for one line. 10 to 3 600 000. Default 60 000. */
  readonly handlerTimeoutMs?: number | undefined
  /** The pause after the first failure in a row; it doubles with each. 10 to 3 600 000. Default 1 000. */
  readonly retryMs?: number | undefined
  /** The longest pause between two attempts. From `retryMs` to 86 400 000. Default 300 000. */
  readonly maxRetryMs?: number | undefined
}

/**
 * What a follower is doing. `waiting`: another one of its name is at work. `failing`: the handler or the store failed,
 * and it tries again.
 */
export type FollowerStatus = 'starting' | 'following' | 'waiting' | 'failing' | 'closed'

/** A follower of the activity log, as `keyring.follow` gives it. */
export interface Follower {
  readonly name: string
  readonly status: FollowerStatus
  /** The position of the last line that is done, as far as this process knows; null before it had a turn. */
  readonly position: number | null
  /**
   * Ends it, after the line that is being handled, stores its place and lets others take over at once. Never rejects; a
   * second call returns the same promise.
   */
  close(): Promise<void>
}
