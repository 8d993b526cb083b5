import type { Dependency } from '../errors/errors.ts'
import type { CallerEntry, CallersQuery } from '../store/callers.ts'
import type { DueQuery } from '../store/due.ts'
import type { ActivityAfter, FollowerAnswer, FollowerClaim } from '../store/follower.ts'
import type { ActivityQuery, KeyQuery, ListPage, ServiceAccountQuery } from '../store/query.ts'
import type { Activity, KeyRecord, ServiceAccountRecord } from '../store/records.ts'
import type {
  BusListener,
  Change,
  CommitResult,
  Head,
  LockedRecord,
  LockTarget,
  Marks,
  PollResult,
  PurgeLimits,
  PurgeProgress,
  Subscription,
  Urgency,
} from '../store/store.ts'
import type { BusiestKeys, BusiestQuery, UsageBatch, UsagePoint, UsageQuery } from '../store/usage.ts'

/** What a store found. Each record is checked when it is looked at: one that makes no sense fails its own caller. */
export interface FoundKeys {
  /** Null: nothing is stored. @throws {UnavailableError} for an invalid answer */
  get(id: string): KeyRecord | 'corrupt' | null
}

/** A record that is locked while a change is decided. */
export interface LockedTarget extends LockTarget {
  readonly workspaceId: string
}

/**
 * The host's store as core uses it. Every call ends within the time limit, every row that it gives is checked, and what
 * is not certain rejects with `UnavailableError`. Methods that the store leaves out are undefined here too.
 */
export interface BoundedStore {
  /** How long each call may take, milliseconds. */
  readonly timeoutMs: number
  /** The same store with another limit for each call, such as what is left of a budget. */
  lasting(timeoutMs: number): BoundedStore

  /** Finds keys by id, in every workspace: for verifying. */
  find(ids: readonly string[]): Promise<FoundKeys>
  /** Finds keys for a workspace that is in charge of the call. They may be another's. */
  keys(workspaceId: string, ids: readonly string[]): Promise<FoundKeys>
  /** Finds a key for a workspace that is in charge of the call. The key may be another's. Null: nothing is stored. */
  key(workspaceId: string, id: string): Promise<KeyRecord | 'corrupt' | null>
  /**
   * Finds a service account of a workspace, also a deleted one; undefined when the store keeps none of this id.
   *
   * @param asked what the caller was waiting for, should it fail
   * @throws {UnavailableError} also when its row cannot be read
   */
  account(workspaceId: string, id: string, asked?: Dependency): Promise<ServiceAccountRecord | undefined>
  list(query: KeyQuery): Promise<ListPage<KeyRecord>>
  commit(change: Change): Promise<CommitResult>

  readonly commitLocked:
    | ((
        targets: readonly LockedTarget[],
        decide: (stored: readonly LockedRecord[]) => Change | undefined,
        urgency: Urgency,
      ) => Promise<CommitResult | undefined>)
    | undefined
  readonly poll: ((since: Head | null) => Promise<PollResult | undefined>) | undefined
  /** A subscription that comes too late is closed. */
  readonly subscribe: ((listener: BusListener) => Promise<Subscription | undefined>) | undefined
  readonly addUsage: ((batch: UsageBatch) => Promise<void>) | undefined
  readonly usage: ((query: UsageQuery) => Promise<readonly UsagePoint[]>) | undefined
  readonly busiest: ((query: BusiestQuery) => Promise<BusiestKeys>) | undefined
  readonly addCallers: ((entries: readonly CallerEntry[]) => Promise<void>) | undefined
  readonly callers: ((query: CallersQuery) => Promise<readonly CallerEntry[]>) | undefined
  readonly activity: ((query: ActivityQuery) => Promise<ListPage<Activity>>) | undefined
  readonly accounts: ((query: ServiceAccountQuery) => Promise<ListPage<ServiceAccountRecord>>) | undefined
  readonly due: ((query: DueQuery) => Promise<ListPage<KeyRecord>>) | undefined
  readonly activityAfter: ((position: number, limit: number) => Promise<ActivityAfter>) | undefined
  readonly claimFollower: ((claim: FollowerClaim) => Promise<FollowerAnswer>) | undefined
  readonly marks: ((proposed: Marks) => Promise<Marks>) | undefined
  readonly purge: ((limits: PurgeLimits) => Promise<PurgeProgress>) | undefined
  /** Nothing, where the store has no `ready`. */
  ready(): Promise<void>
  /** Nothing, where the store has no `close`. */
  close(): Promise<void>
}
