import type { Argon2Parameters, GrammarOptions } from '@claviger/core'

/** How a worker is set up: JSON in the environment variable `CLAVIGER_LAB_WORKER`. */
export interface WorkerSetUp {
  readonly framework: 'express' | 'koa'
  readonly store: StoreSetUp
  /** Default: as `createKeyring`. */
  readonly flushMs?: number
  /** How far its clock is ahead of the machine's. Default 0. */
  readonly aheadMs?: number
  /** What this deployment is configured with, where the lab's default will not do. */
  readonly settings?: LabSettings
}

/** Options of a keyring as JSON. */
export interface LabSettings extends Partial<GrammarOptions> {
  readonly hasher?: LabHasher
  /** Actions by resource. Default `{ lab: ['use'] }`. */
  readonly permissions?: Readonly<Record<string, readonly string[]>>
  readonly recordAgeMs?: number
}

/** A pepper of the lab. */
export interface LabPepper {
  readonly id: string
  readonly secret: string
}

/** What a hasher is made with. */
export interface LabHasher extends Partial<Argon2Parameters> {
  readonly algorithm: 'argon2id' | 'hmac-sha256'
  readonly pepper?: LabPepper
  readonly previousPeppers?: readonly LabPepper[]
  readonly nextPepper?: LabPepper | null
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
  | {
      readonly type: 'create'
      readonly count: number
      readonly ownerType: LabKey['owner']['type']
      readonly of?: KeyForm
    }
  | { readonly type: 'rotate'; readonly id: string }
  /** Verify these tokens in turns, as fast as the process can. */
  | { readonly type: 'load'; readonly tokens: readonly string[]; readonly forMs: number }
  | { readonly type: 'revoke'; readonly id: string }
  | { readonly type: 'weaken'; readonly how: Weakening; readonly key: LabKey }
  /** The host takes everything from a user, and tells no one. */
  | { readonly type: 'demote'; readonly ownerId: string }
  | { readonly type: 'flush' }
  | { readonly type: 'close' }

/** What a new key is, where the lab's default will not do. */
export interface KeyForm {
  readonly environment?: string
  readonly permissions?: readonly string[]
}

/** What came of a load. */
export interface Load {
  readonly verified: number
  /** What the process spent on it, on all its threads, milliseconds: what a busy machine does not change. */
  readonly cpuMs: number
  /** Codes of refusals and errors. */
  readonly refused: readonly string[]
}

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
  | { readonly type: 'rotated'; readonly token: string }
  | ({ readonly type: 'loaded' } & Load)
  /** A call rejected. */
  | { readonly type: 'failed'; readonly code: string }
  | { readonly type: 'weakened'; readonly at: number }
  | { readonly type: 'demoted' }
  | { readonly type: 'flushed usage' }
  /** `at`: when `revoke` had resolved or rejected, epoch milliseconds. `code`: of the error, if it rejected. */
  | { readonly type: 'revoked'; readonly id: string; readonly at: number; readonly code?: string }
  /** Something a worker dropped trust for: the reason of a flush. */
  | { readonly type: 'flushed'; readonly reason: string }
  | { readonly type: 'closed' }

/** How a writer is set up: JSON in the environment variable `CLAVIGER_LAB_WRITER`. */
export interface WriterSetUp {
  readonly store: StoreSetUp
}

/** What the lab asks of a writer. */
export type WriterCall =
  /** Rename a key, or its service account, in so many loops at once. */
  | { readonly type: 'write'; readonly id: string; readonly account?: string; readonly writers: number }
  | { readonly type: 'pause' }
  | { readonly type: 'close' }

/** What a writer says. */
export type WriterAnswer = { readonly type: 'ready' } | { readonly type: 'written'; readonly count: number }

/** How a process that follows the activity log is set up: JSON in `CLAVIGER_LAB_FOLLOWER`. */
export interface FollowSetUp {
  readonly store: StoreSetUp
  readonly name: string
  readonly pollMs: number
  readonly leaseMs: number
  readonly batchSize: number
}
