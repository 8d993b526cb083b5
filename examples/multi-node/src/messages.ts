/** A key for the measurement. */
export interface MeasuredKey {
  readonly id: string
  readonly token: string
}

/** What a node is started with, in its environment variable `NODE_SETTINGS`. */
export interface NodeSettings {
  readonly framework: 'express' | 'koa'
  readonly redisUrl: string
  /** The same on every node: hashes of one are checked by all. */
  readonly pepper: string
}

/** What a node is told to do. */
export type Order =
  | { readonly type: 'create'; readonly count: number }
  | { readonly type: 'revoke'; readonly id: string }

/** What a node says. */
export type Report =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'created'; readonly keys: readonly MeasuredKey[] }
  /** `at`: when `revoke` had resolved, milliseconds since the epoch. */
  | { readonly type: 'revoked'; readonly at: number }
  | { readonly type: 'failed'; readonly message: string }
