/** A member of a sorted set. */
export interface IndexEntry {
  readonly set: string
  readonly score: number
  readonly member: string
}

/** One thing to write. */
export type Operation =
  | ({ readonly type: 'ZADD' } & IndexEntry)
  /** Like `ZADD`, but a score only moves down. */
  | ({ readonly type: 'ZADD LT' } & IndexEntry)
  /** Gives a member the next number of the log, unless it has one. */
  | { readonly type: 'LINE'; readonly set: string; readonly member: string }
  | { readonly type: 'ZREM'; readonly set: string; readonly member: string }
  | { readonly type: 'SET'; readonly key: string; readonly text: string }
  | { readonly type: 'DEL'; readonly key: string }
