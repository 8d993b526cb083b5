import { createHash } from 'node:crypto'
import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { UnavailableError } from '../../errors/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { startBudget } from '../../runtime/within.ts'
import type { KeyRecord, ServiceAccountRecord } from '../../store/records.ts'
import type { LockedRecord, Urgency } from '../../store/store.ts'
import type { Commits } from '../../writing/commits.ts'
import { type Acting, actingTarget, requireWasPresent } from '../rules/acting.ts'
import type { KeyAction, ServiceAccountAction } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { nextRevision, recordChange } from './change-record.ts'
import type { ChangedRecord, RecordKind } from './record-kind.types.ts'
import type { Withdrawals } from './withdrawals.ts'

/** A change that takes trust away from a record. */
export interface RecordWithdrawal<Stored, Action, Held> {
  readonly id: string
  readonly action: Action
  readonly urgency: Exclude<Urgency, 'ordinary'>
  /** Tells it apart from others of this actor, action and record. */
  readonly detail?: string
  /** Before each attempt, with the record as it was read: what cannot be done while it is locked. */
  readonly prepare?: (record: Stored, isCarriedOn: boolean) => Promise<void>
  /**
   * What becomes of the record; undefined when it is so already. Pure, and throws when it may not be. `isCarriedOn`: the
   * caller was told that it is not stored yet, and has no caller any more.
   */
  decide(record: Stored, now: number, isCarriedOn: boolean): ChangedRecord<Stored, Action> | undefined
  /**
   * What counts in this process while the store has not confirmed it. Asked of what the actor sees; where it throws, or
   * leaves things as they are, nothing is withheld.
   */
  meanwhile(held: Held): Held
  /** What belongs to it and comes after. */
  readonly finish?: () => Promise<void>
}

/** Takes trust away from records of one kind. */
export interface RecordWithdrawals<Stored, Shown, Action, Held> {
  /**
   * It is decided under the store's lock of the record, so that no writer in a loop is always first; what the store does
   * not confirm holds here, and is carried on until it does.
   *
   * @throws {KeyNotFoundError} @throws {ServiceAccountNotFoundError} @throws {RevocationNotDurableError}
   */
  withdraw(actor: Actor, withdrawal: RecordWithdrawal<Stored, Action, Held>): Promise<Shown>
  /** The same for what neither holds here nor is carried on by itself: one attempt. */
  withdrawOnce(actor: Actor, withdrawal: RecordWithdrawal<Stored, Action, Held>): Promise<Shown>
  /** The same actor has settled this otherwise by now: what it asked for before is not carried on. */
  overrule(actor: Actor, action: Action, id: string): void
}

/** Tells withdrawals apart by what they leave. */
export function detailOf(wanted: unknown): string {
  return createHash('sha256').update(JSON.stringify(wanted)).digest('base64url')
}

/** What withdrawing is made of. */
export interface WithdrawParts {
  readonly store: Pick<BoundedStore, 'timeoutMs'>
  readonly commits: Pick<Commits, 'commitLocked'>
  readonly acting: Pick<Acting, 'requirePresent'>
  readonly withdrawals: Pick<Withdrawals, 'carryOut' | 'overrule'>
  readonly clock: Clock
  readonly newId: () => string
}

// Attempts whose outcome is not known. What is older was written long ago, or never will be.
const maxTried = 100

/** Makes the path that withdrawals from one kind of record take. */
export function createRecordWithdrawals<
  Stored extends KeyRecord | ServiceAccountRecord,
  Shown,
  Action extends KeyAction | ServiceAccountAction,
  Held,
>(
  kind: RecordKind<Stored, Shown, Action, Held>,
  { store, commits, acting, withdrawals, clock, newId }: WithdrawParts,
): RecordWithdrawals<Stored, Shown, Action, Held> {
  /** How a withdrawal is stored: each call is an attempt, and knows of those before whose outcome is not known. */
  const attemptOf = (
    actor: Actor,
    { id, action, urgency, prepare, decide, finish }: RecordWithdrawal<Stored, Action, Held>,
  ): ((lost: () => void) => Promise<Shown>) => {
    const tried = new Set<string>()
    const askedAt = clock.now()
    const isActing = kind.isActing(actor, id)
    let calls = 0

    const requireActing = (stored: LockedRecord, now: number, isCarriedOn: boolean): void => {
      if (actor.type !== 'key') return
      if (isCarriedOn) requireWasPresent(actor, stored, askedAt)
      // A key may end itself again: there is nothing left to keep it from.
      else if (!isActing || !isRevoked(stored)) acting.requirePresent(actor, stored, now)
    }

    return async (lost) => {
      calls += 1
      const isCarriedOn = calls > 1
      // Locks only records that the actor may see, never one of another workspace. What is already withdrawn needs no
      // lock.
      const before = await kind.find(actor, id)
      await prepare?.(before, isCarriedOn)
      const budget = startBudget(clock, store.timeoutMs)
      let seen = before
      let written: Stored | undefined
      let done = action
      const storeIt = async (): Promise<void> => {
        const result = await commits.commitLocked({
          targets: [{ type: kind.type, id, workspaceId: actor.workspaceId }, ...(isActing ? [] : actingTarget(actor))],
          urgency,
          lost,
          decide([stored = null, other = stored], now) {
            written = undefined
            seen = kind.fromLocked(stored, actor)
            requireActing(other, now, isCarriedOn)
            const decided = decide(seen, now, isCarriedOn)
            if (decided === undefined) return undefined
            written = nextRevision(seen, decided.record, now)
            done = decided.action ?? action
            return recordChange(kind, newId(), actor, done, seen, written, decided)
          },
        })
        if (result?.ok === false) {
          throw new UnavailableError('store', 'The store did not keep a record that it had locked.')
        }
      }
      try {
        if (decide(before, clock.now(), isCarriedOn) !== undefined) await storeIt()
      } catch (error) {
        if (written === undefined) throw error
        remember(tried, written)
        lost()
        if (!(await kind.isStored(written, budget.leftMs()))) throw error
      }
      // Where nothing had to be written, an earlier attempt may have done it, and its answer was lost.
      const own = written ?? (tried.has(traceOf(seen)) ? seen : undefined)
      const after = own ?? seen
      // Another writer may have been first, unknown to this process yet: the promise still holds.
      kind.settle(after)
      const shown = kind.show(after, clock.now())
      if (own !== undefined) kind.tell(done, actor, shown)
      await finish?.()
      return shown
    }
  }

  return {
    withdraw(actor, withdrawal) {
      const { id, action, detail } = withdrawal
      return withdrawals.carryOut<Shown>({
        actor,
        action,
        target: { type: kind.type, id },
        ...(detail !== undefined && { detail }),
        isKnown: () => kind.isKnown(actor, id),
        hold: () => kind.hold(actor, id, withdrawal.meanwhile),
        attempt: attemptOf(actor, withdrawal),
      })
    },
    withdrawOnce: (actor, withdrawal) => attemptOf(actor, withdrawal)(() => {}),
    overrule: (actor, action, id) => withdrawals.overrule(actor, action, id),
  }
}

function isRevoked(stored: LockedRecord): boolean {
  return stored !== null && stored !== 'corrupt' && 'revokedAt' in stored && stored.revokedAt !== null
}

/** Others leave another trace: of two changes of one revision one is stored. */
function traceOf({ revision, updatedAt }: KeyRecord | ServiceAccountRecord): string {
  return `${revision} ${updatedAt}`
}

function remember(tried: Set<string>, record: KeyRecord | ServiceAccountRecord): void {
  tried.add(traceOf(record))
  const [oldest] = tried
  if (tried.size > maxTried && oldest !== undefined) tried.delete(oldest)
}
