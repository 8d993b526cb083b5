import type { CallerEntry, CallersQuery } from './callers.ts'
import type { DueQuery } from './due.ts'
import type { ActivityAfter, FollowerAnswer, FollowerClaim } from './follower.ts'
import type { ActivityQuery, KeyQuery, ListPage, ServiceAccountQuery } from './query.ts'
import type { Activity, IdempotencyRecord, KeyRecord, Owner, ServiceAccountRecord } from './records.ts'
import type { BusiestKeys, BusiestQuery, UsageBatch, UsagePoint, UsageQuery } from './usage.ts'

/** Where the change log ends. Moves by one with every commit that is not silent, in the commit's own transaction. */
export interface Head {
  /** Random, made once when the store is first used. Another id is another store. */
  readonly storeId: string
  /** Counts up by one. */
  readonly epoch: number
  /** The random nonce of the change that made this epoch: a failover that lost one change and gained another shows. */
  readonly nonce: string
}

/** Whose cached copies a change makes worthless. */
export type Announcement =
  | { readonly type: 'key'; readonly id: string }
  | { readonly type: 'owner'; readonly workspaceId: string; readonly owner: Owner }
  | { readonly type: 'workspace'; readonly workspaceId: string }

/** One entry of the change log. */
export interface LoggedChange {
  readonly epoch: number
  readonly nonce: string
  readonly announcements: readonly Announcement[]
}

/** One compare-and-set: stored only if what is stored now has `expectedRevision` (0: nothing is stored). */
export type Write =
  | { readonly type: 'key'; readonly record: KeyRecord; readonly expectedRevision: number }
  | { readonly type: 'serviceAccount'; readonly record: ServiceAccountRecord; readonly expectedRevision: number }
  | { readonly type: 'idempotency'; readonly record: IdempotencyRecord; readonly expectedRevision: 0 }

/** What `commit` carries out, all or nothing. */
export interface Change {
  /**
   * At most `mostWrites`. Records are stored as they are given, but for `lastUsedAt`: what is stored of a key that is
   * there already stays what it was.
   */
  readonly writes: readonly Write[]
  /** At most `mostWrites`. Appended to the activity log, in the same transaction. A store without `activity` ignores it. */
  readonly activity: readonly Activity[]
  /** At most `mostWrites`. */
  readonly announcements: readonly Announcement[]
  /** Random; becomes the head's nonce. */
  readonly nonce: string
  /** When the change was made: lets a store age its change log. */
  readonly at: number
  /** A change that does not concern caches (rehash, a flag): the head stays, and so do the written revisions. */
  readonly silent: boolean
  /**
   * The store it is meant for, as `poll` named it. A store of another id, or without a head, rejects and writes
   * nothing.
   */
  readonly storeId?: string
}

/** How a commit ended. Anything else (store unreachable, outcome unknown) is thrown. */
export type CommitResult =
  /** `head` is null on a store without `poll`. */
  | { readonly ok: true; readonly head: Head | null }
  /**
   * `conflict`: the write's expected revision is not the stored one. `final`: it would revive a revoked key.
   * `write` is its index, `current` what is stored there now (null: nothing, or nothing readable).
   */
  | {
      readonly ok: false
      readonly reason: 'conflict' | 'final'
      readonly write: number
      readonly current: KeyRecord | ServiceAccountRecord | IdempotencyRecord | null
    }

/** A record that `commitLocked` holds. */
export interface LockTarget {
  readonly type: 'key' | 'serviceAccount'
  readonly id: string
}

/** What is stored of a target: null for nothing, `'corrupt'` for what cannot be read. */
export type LockedRecord = KeyRecord | ServiceAccountRecord | 'corrupt' | null

/**
 * Which of several callers that wait for the same record goes first: a `revocation` before a `withdrawal` (any other
 * change that takes trust away), and both before an `ordinary` change. Callers of one urgency take turns.
 */
export type Urgency = 'revocation' | 'withdrawal' | 'ordinary'

/** The answer to `poll`: where the log ends, and how to get there from where the caller stood. */
export interface PollResult {
  readonly head: Head
  /** Every change after the caller's head, oldest first; `gap` when that cannot be told (or the caller had no head). */
  readonly changes: readonly LoggedChange[] | 'gap'
}

/** How a bus reaches its listener. */
export interface BusListener {
  /**
   * A message came. Any value may be passed on, unchecked: core ignores or flushes on what it does not know.
   * Well-formed messages are `LoggedChange`s with a `storeId`.
   */
  message(message: unknown): void
  /** The connection is lost or doubtful: messages may be missed from now on. */
  down(reason: string): void
  /** Messages arrive again. */
  up(): void
  /**
   * Why changes made through this store do not reach the listeners of other processes; null: they do again. Told when
   * it becomes known, and at the start when it is known already. Such a change is stored, and its commit resolves.
   */
  mute?(reason: string | null): void
}

/** A running subscription. */
export interface Subscription {
  close(): Promise<void>
}

/** Up to which instant (exclusive, milliseconds) old rows may be removed. What is left out is kept. */
export interface PurgeLimits {
  /** Revoked keys, by `revokedAt`. */
  readonly revokedKeysBefore?: number
  /** Keys that are not revoked, by `expiresAt`. */
  readonly expiredKeysBefore?: number
  /** Deleted service accounts, by `deletedAt`. */
  readonly deletedServiceAccountsBefore?: number
  readonly activityBefore?: number
  /** Usage, by whole UTC days: a day goes once its end is not after this. Callers go with the day of their last use. */
  readonly usageBefore?: number
  readonly idempotencyBefore?: number
}

/** Whether a purge has come to its end: `more` asks to be called again. */
export type PurgeProgress = 'done' | 'more'

/**
 * What keyrings have written down about themselves, by name: which product the keys are of, what tells their peppers
 * apart. A few dozen short texts.
 */
export type Marks = ReadonlyMap<string, string>

/**
 * What Claviger needs of a database: few operations, each one atomic statement, transaction or script.
 *
 * Every operation rejects when the store cannot be reached or its answer cannot be trusted; core turns that into 503.
 * Records go in and come out as copies. `storeContract` of `@claviger/testing` is this page, executable.
 *
 * A small store may leave out the optional halves; `keyring.guarantees()` then says what is lost.
 */
export interface KeyStore {
  /**
   * Finds keys by id, in one round trip; ids that are not stored are absent from the answer.
   * `'corrupt'`: something is stored that cannot be read as a key. Reads from where commits are written, not a replica.
   */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, KeyRecord | 'corrupt'>>
  /**
   * Lists keys of one workspace in the order of `compareForList`. Rows that cannot be read are left out. A store that
   * would have to look at very many keys to fill a page gives what it found, even nothing, with a cursor to go on from.
   */
  list(query: KeyQuery): Promise<ListPage<KeyRecord>>
  /** Carries out a change, all or nothing. A revoked key is final: no later commit revives it. */
  commit(change: Change): Promise<CommitResult>

  /**
   * Reads records under the store's own lock, asks `decide` for a change, and carries it out: no one else writes the
   * targets in between, so that a change decided this way does not lose to callers who write in a loop. Undefined, with
   * nothing written, when `decide` gives undefined.
   *
   * `decide` is pure and synchronous, gets one record for each target, in their order, and may be asked more than once;
   * it never throws. Its change writes keys and service accounts only if they are targets. A lock must end by itself
   * when its holder dies or stands still. Without this method, core compares and sets.
   */
  commitLocked?(
    targets: readonly LockTarget[],
    decide: (stored: readonly LockedRecord[]) => Change | undefined,
    urgency: Urgency,
  ): Promise<CommitResult | undefined>
  /**
   * Tells what changed since a head. Without it, revocation reaches other processes only as cached records age.
   *
   * An answer renews trust in everything cached: it comes from the server that changes are written to, and only while
   * that server would take one. Rejects, saying why, on a replica or a primary that refuses writes, when the lock that
   * writers need cannot be had, when the data under this process were exchanged, and when `since` is given and there is
   * no head: a store that lost its data makes no new head for those who knew the old one.
   */
  poll?(since: Head | null): Promise<PollResult>
  /**
   * Starts a bus: makes changes heard sooner than `poll` would. Resolves when messages do arrive. Rejects with an
   * `UnavailableError` whose cause is a `ConfigurationError` when a right is missing: core then asks less often.
   */
  subscribe?(listener: BusListener): Promise<Subscription>

  /**
   * Adds usage counts, once: batches of one instance come in order, and a batch whose number is not higher than the
   * instance's highest is ignored.
   */
  addUsage?(batch: UsageBatch): Promise<void>
  /** Reads what a workspace or one of its keys had, from sums: the work must not grow with the number of keys. */
  usage?(query: UsageQuery): Promise<readonly UsagePoint[]>
  /**
   * Names the keys of a workspace that had the most requests. `findBusiest` does it from lists that are kept in order.
   */
  busiest?(query: BusiestQuery): Promise<BusiestKeys>
  /**
   * Stores who used keys, up to 1 000 entries: of each caller the latest use, of each key the `mostCallers` callers that
   * were there last. `mergeCallers` says which. What was stored already changes nothing, and a failure may leave some
   * entries out: core sends them again.
   */
  addCallers?(entries: readonly CallerEntry[]): Promise<void>
  /** Reads who used a key, the latest first. */
  callers?(query: CallersQuery): Promise<readonly CallerEntry[]>
  /**
   * Lists the log of one workspace: newest first, ties by id in the order of its characters or bytes. Pages as in
   * `list`.
   */
  activity?(query: ActivityQuery): Promise<ListPage<Activity>>
  /** Lists service accounts of one workspace: newest first, ties by id as in `activity`. Pages as in `list`. */
  services?(query: ServiceAccountQuery): Promise<ListPage<ServiceAccountRecord>>

  /**
   * Lists keys of all workspaces whose reminder was not sent, by the instant of its cause, ties by id: `isDue` says
   * which. Pages as in `list`; keys that change meanwhile may be missed or come twice. An index answers it: a key whose
   * reminder was sent costs nothing. It may put its indexes in order meanwhile.
   */
  due?(query: DueQuery): Promise<ListPage<KeyRecord>>
  /**
   * Reads the log of all workspaces in the order of commits: the lines behind a position, at most `limit` (1 to 100). A
   * line gets its position in the transaction of its change, silent or not, so that a lower position never becomes
   * visible after a higher one, and none is left out. Lines of one change have the order that they have in it. `last` is
   * read with the lines, not after them. A line that is gone, or cannot be read, is left out of `items`, and `through` goes
   * beyond it.
   */
  activityAfter?(position: number, limit: number): Promise<ActivityAfter>
  /**
   * Makes a follower the one of its name, keeps it so, stores how far it has come, or lets it give up: `judgeClaim` says
   * which, in one atomic step. Of several that claim at once, one gets it. Never purged.
   */
  claimFollower?(claim: FollowerClaim): Promise<FollowerAnswer>

  /**
   * Stores each proposed mark whose name has none yet, and gives every mark there is. A mark never changes and is never
   * purged: of two processes that propose different texts for one name at once, one wins, and both are given its text.
   * Names are at most 128 characters, texts at most 255. Lets `ready()` notice a pepper that was exchanged under its
   * id, and another product on the same data.
   */
  marks?(proposed: Marks): Promise<Marks>

  /**
   * Removes some old rows, as many as take a few milliseconds, and says whether there may be more: the caller pauses
   * and calls again. So a purge of millions of rows blocks no one, and can be interrupted anywhere.
   */
  purge?(limits: PurgeLimits): Promise<PurgeProgress>
  /**
   * Rejects, with what to do about it, when the store must not or cannot be used as it is: tries, as far as it can,
   * every read and write that the other methods do, and leaves nothing of it behind. `trialRecords` are what to try it
   * with. May do I/O. Several processes may call it at once.
   */
  ready?(): Promise<void>
  /** Releases what the store itself opened; never a client the host passed in. */
  close?(): Promise<void>
}
