import { isUnavailable } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import type { Clock } from '../../runtime/clock.ts'
import { remindersOf } from '../../store/due.ts'
import type { KeyRecord, ServiceAccountRecord } from '../../store/records.ts'
import type { CommitResult, Write } from '../../store/store.ts'
import type { ProposedChange } from '../../writing/commits.ts'
import type { Acting } from '../rules/acting.ts'
import {
  activityEntry,
  changedFacts,
  firstFacts,
  type KeyAction,
  type ServiceAccountAction,
} from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import type { ChangedRecord, ChangingKind } from './record-kind.types.ts'

/**
 * The record after the change; undefined when nothing changes. Called again when another writer changed it meanwhile. Throws when it may not be.
 */
export type Decide<Stored> = (
  record: Stored,
  now: number,
) => ChangedRecord<Stored> | undefined | Promise<ChangedRecord<Stored> | undefined>

/** How a new record was stored, or what it lost to. */
export type Added<Shown> =
  | { readonly ok: true; readonly shown: Shown }
  | {
      readonly ok: false
      /** The write that was not as expected. */
      readonly lostTo: Write['type'] | undefined
      readonly current: Extract<CommitResult, { ok: false }>['current']
    }

/** Changes records of one kind by comparing and setting. What takes trust away goes another way: `RecordWithdrawals`. */
export interface RecordChanges<Stored, Shown, Action> {
  /**
   * One step in the life of a record: read it, decide, compare and set, log, tell. When nothing changes, nothing is
   * written.
   *
   * @throws {KeyNotFoundError} @throws {ServiceAccountNotFoundError}
   * @throws {ConflictError} when others changed it at every attempt
   * @throws {UnavailableError} when the outcome is unknown
   */
  change(actor: Actor, id: string, action: Action, decide: Decide<Stored>): Promise<Shown>
  /** The same for a change that may take something away: then `narrow` does it, which must not lose. */
  changeOrNarrow(
    actor: Actor,
    id: string,
    action: Action,
    decide: Decide<Stored>,
    narrowing: Narrowing<Stored, Shown>,
  ): Promise<Shown>
  /** Stores a record that is new, with others that must be as they were read. */
  add(actor: Actor, action: Action, record: Stored, besides?: readonly Write[]): Promise<Added<Shown>>
}

/** How a change is carried out that takes something away. */
export interface Narrowing<Stored, Shown> {
  /** Whether it does, from the record as it was read. */
  takesAway(record: Stored): boolean | Promise<boolean>
  narrow(): Promise<Shown>
}

/** What changing is made of. */
export interface ChangeParts {
  readonly acting: Pick<Acting, 'commit'>
  readonly clock: Clock
  readonly newId: () => string
}

/** Makes the path that changes of one kind of record take. */
export function createChanges<
  Stored extends KeyRecord | ServiceAccountRecord,
  Shown,
  Action extends KeyAction | ServiceAccountAction,
>(
  kind: ChangingKind<Stored, Shown, Action>,
  { acting, clock, newId }: ChangeParts,
): RecordChanges<Stored, Shown, Action> {
  /** Stores a record in place of another, or of none, and tells. One look, where the answer was lost. */
  const put = async (
    actor: Actor,
    action: Action,
    before: Stored | undefined,
    after: Stored,
    more: Pick<ChangedRecord<Stored>, 'besides' | 'reason'>,
  ): Promise<{ readonly result: CommitResult; readonly change: ProposedChange; readonly shown: Shown }> => {
    const change = recordChange(kind, newId(), actor, action, before, after, more)
    const result = await acting.commit(actor, change).catch(async (error: unknown): Promise<CommitResult> => {
      if (await kind.isStored(after)) return { ok: true, head: null }
      throw error
    })
    const shown = kind.show(after, after.updatedAt)
    if (result.ok) kind.tell(action, actor, shown)
    return { result, change, shown }
  }

  /** One attempt, on the record as it was read. Undefined when another writer was first. */
  const attempt = async (
    actor: Actor,
    action: Action,
    before: Stored,
    decide: Decide<Stored>,
  ): Promise<Shown | undefined> => {
    const decided = await decide(before, clock.now())
    if (decided === undefined) return kind.show(before, clock.now())
    const after = nextRevision(before, decided.record, clock.now())
    const { result, shown } = await put(actor, action, before, after, decided)
    return result.ok ? shown : undefined
  }

  return {
    async change(actor, id, action, decide) {
      for (let tried = 0; tried < kind.attempts; tried += 1) {
        const changed = await attempt(actor, action, await kind.find(actor, id), decide)
        if (changed !== undefined) return changed
      }
      throw kind.conflict()
    },

    async changeOrNarrow(actor, id, action, decide, { takesAway, narrow }) {
      for (let tried = 0; tried < kind.attempts; tried += 1) {
        const before = await kind.find(actor, id).catch((error: unknown) => {
          if (isUnavailable(error)) return undefined
          throw error
        })
        if (before === undefined || (await takesAway(before))) return narrow()
        const changed = await attempt(actor, action, before, decide)
        if (changed !== undefined) return changed
      }
      throw kind.conflict()
    },

    async add(actor, action, record, besides = []) {
      const { result, change, shown } = await put(actor, action, undefined, record, { besides })
      if (result.ok) return { ok: true, shown }
      return { ok: false, lostTo: change.writes[result.write]?.type, current: result.current }
    },
  }
}

/** A changed record, ready to be stored. */
export function nextRevision<Stored extends KeyRecord | ServiceAccountRecord>(
  before: Stored,
  changed: Stored,
  now: number,
): Stored {
  const next = { ...changed, revision: before.revision + 1, updatedAt: now }
  return 'reminders' in before && 'reminders' in next ? { ...next, reminders: remindersOf(before, next) } : next
}

/** The change that stores a record in place of another, or of none, with its line in the log. */
export function recordChange<
  Stored extends KeyRecord | ServiceAccountRecord,
  Action extends KeyAction | ServiceAccountAction,
>(
  kind: Pick<ChangingKind<Stored, unknown, Action>, 'type' | 'facts' | 'write' | 'announcements'>,
  lineId: string,
  actor: Actor,
  action: Action,
  before: Stored | undefined,
  after: Stored,
  more: Pick<ChangedRecord<Stored>, 'besides' | 'reason'>,
): ProposedChange {
  const { besides = [], reason = null } = bare(more)
  const now = after.updatedAt
  const is = kind.facts(after, now)
  const facts =
    before === undefined ? { before: null, after: firstFacts(is) } : changedFacts(kind.facts(before, now), is)
  const told = reason === null ? facts : { ...facts, after: { ...facts.after, reason } }
  return {
    writes: [kind.write(after, before?.revision ?? 0), ...besides],
    activity: [activityEntry(lineId, now, actor, action, { type: kind.type, id: after.id }, told)],
    announcements: kind.announcements(before, after),
  }
}
