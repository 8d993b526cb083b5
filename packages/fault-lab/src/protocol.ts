/** How a worker is set up: JSON in the environment variable `CLAVIGER_LAB_WORKER`. */
export interface WorkerSetUp {
  readonly framework: 'express' | 'koa'
  readonly store: StoreSetUp
  /** Default: as `createKeyring`. */
  readonly flushMs?: number
  /** How far its clock is ahead of the machine's. Default 0. */
  readonly aheadMs?: number
}

/** Which database a worker talks to, and through which address. */
export interface StoreSetUp {
  readonly kind: 'redis' | 'postgres' | 'mariadb' | 'sqlite'
  /** SQLite: the path of the file. */
  readonly url: string
  /** Redis only: the address of the subscriber's own connection. */
  readonly busUrl?: string
}

/** Ways, short of revoking it, to make a key good for nothing. */
export type Weakening = 'disable' | 'narrow' | 'owner changed' | 'account narrowed' | 'account deleted'

/** What the lab asks of a worker, one call at a time. */
export type Call =
  | { readonly type: 'create'; readonly count: number; readonly ownerType: LabKey['owner']['type'] }
  | { readonly type: 'revoke'; readonly id: string }
  | { readonly type: 'weaken'; readonly how: Weakening; readonly key: LabKey }
  /** The host takes everything from a user, and tells nobody. */
  | { readonly type: 'demote'; readonly ownerId: string }
  | { readonly type: 'close' }

/** A key made by a worker, with an owner of its own. */
export interface LabKey {
  readonly id: string
  readonly token: string
  readonly owner: { readonly type: 'user' | 'service'; readonly id: string }
}

/** What a worker says. */
export type Answer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'created'; readonly keys: readonly LabKey[] }
  | { readonly type: 'weakened'; readonly at: number }
  | { readonly type: 'demoted' }
  /** `at`: when `revoke` had resolved or rejected, epoch milliseconds. `code`: of the error, if it rejected. */
  | { readonly type: 'revoked'; readonly id: string; readonly at: number; readonly code?: string }
  /** Something a worker dropped trust for: the reason of a flush. */
  | { readonly type: 'flushed'; readonly reason: string }
  | { readonly type: 'closed' }
