import type { ConflictError } from '../../errors/errors.ts'
import type { KeyRecord, ServiceAccountRecord } from '../../store/records.ts'
import type { Announcement, LockedRecord, LockTarget, Write } from '../../store/store.ts'
import type { ActivityFacts, KeyAction, ServiceAccountAction } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'

/**
 * What tells keys and service accounts apart on the path that all their changes take.
 *
 * `Stored` is the record, `Shown` what managers see of it, and `Held` what is judged in this process while the store has
 * not confirmed that trust was taken away.
 */
export interface RecordKind<
  Stored extends KeyRecord | ServiceAccountRecord,
  Shown,
  Action extends KeyAction | ServiceAccountAction,
  Held,
> {
  readonly type: LockTarget['type']
  /** How often a change is decided again when others were first. */
  readonly attempts: number
  /** Reads it afresh, if it is the actor's to see. Throws when it is not there. */
  find(actor: Actor, id: string): Promise<Stored>
  /** The same for what the store holds locked. */
  fromLocked(stored: LockedRecord, actor: Actor): Stored
  /** Whether the store holds exactly this. What cannot be told within the time is false. */
  isStored(record: Stored, limitMs?: number): Promise<boolean>
  write(record: Stored, expectedRevision: number): Write
  /** What of it the log tells the changes of. */
  facts(record: Stored, at: number): ActivityFacts
  announcements(before: Stored | undefined, after: Stored): readonly Announcement[]
  show(record: Stored, at: number): Shown
  /** Tells the host of a change that is stored. */
  tell(action: Action, actor: Actor, shown: Shown): void
  /** Whether the record is the key that acts. */
  isActing(actor: Actor, id: string): boolean
  /** When others were first at every attempt. */
  conflict(): ConflictError
  /** Whether this process knows the record from verifying. */
  isKnown(actor: Actor, id: string): boolean
  /** Judges the record as a withdrawal would leave it. The returned function ends that. */
  hold(actor: Actor, id: string, meanwhile: (held: Held) => Held): () => void
  /** Forgets here what was believed before a withdrawal that is stored, by any process. */
  settle(record: Stored): void
}

/** What of a kind a change needs that takes no trust away. */
export type ChangingKind<
  Stored extends KeyRecord | ServiceAccountRecord,
  Shown,
  Action extends KeyAction | ServiceAccountAction,
> = Omit<RecordKind<Stored, Shown, Action, never>, 'fromLocked' | 'isActing' | 'isKnown' | 'hold' | 'settle'>

/** A record after a change; revision and time of the change are added on the way. */
export interface ChangedRecord<Stored, Action = never> {
  readonly record: Stored
  /** Other records that must be as they were read for the change to hold. */
  readonly besides?: readonly Write[]
  /** Why, for the log. */
  readonly reason?: string | null
  /** What it was in the end, where that is not what was asked for. */
  readonly action?: Action
}
