import { KeyNotFoundError, UnavailableError } from '../../errors/errors.ts'
import { startBudget } from '../../runtime/within.ts'
import type { KeyRecord } from '../../store/records.ts'
import type { LockedRecord, Urgency } from '../../store/store.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { findVisible } from '../reading/read-keys.ts'
import { isStored } from '../reading/stored.ts'
import { actingTarget, requirePresent, requireWasPresent } from '../rules/acting.ts'
import { isItself, isVisible } from '../rules/rights.ts'
import type { KeyAction } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { type Key, keyFromRecord } from '../shapes/key.ts'
import { type ChangedKey, keyChange, nextRevision } from './change-key.ts'

/** A change that takes trust away from a key. */
export interface KeyWithdrawal {
  readonly id: string
  readonly action: KeyAction
  readonly urgency: Exclude<Urgency, 'ordinary'>
  /** Tells it apart from others of this actor, action and key. */
  readonly detail?: string
  /** Before each attempt, with the key as it was read: what cannot be done while it is locked. */
  readonly prepare?: (record: KeyRecord, isCarriedOn: boolean) => Promise<void>
  /**
   * What becomes of the key; undefined when it is so already. Pure, and throws when it may not be. `isCarriedOn`: the
   * caller was told that it is not stored yet, and has no caller any more.
   */
  decide(record: KeyRecord, now: number, isCarriedOn: boolean): ChangedKey | undefined
  /**
   * What the key counts as in this process while the store has not confirmed it. Asked of keys that the actor sees;
   * where it throws, or leaves the record as it is, nothing is withheld.
   */
  meanwhile(record: KeyRecord): KeyRecord
}

// Attempts whose outcome is not known. What is older was written long ago, or never will be.
const maxTried = 100

/**
 * Takes trust away from a key. It is decided under the store's lock of the key, so that no writer in a loop is always
 * first; what the store does not confirm holds here, and is carried on until it does.
 *
 * @throws {KeyNotFoundError} @throws {RevocationNotDurableError}
 */
export async function withdrawFromKey(parts: ManagerParts, actor: Actor, withdrawal: KeyWithdrawal): Promise<Key> {
  const { id, action, detail } = withdrawal
  return parts.withdrawals.carryOut<Key>({
    actor,
    action,
    target: { type: 'key', id },
    ...(detail !== undefined && { detail }),
    isKnown: () =>
      parts.entries
        .verificationsOf(id)
        .some((verification) => verification.ok && isVisible(verification.apiKey, actor)),
    hold: () => holdKey(parts, actor, withdrawal),
    attempt: attemptOf(parts, actor, withdrawal),
  })
}

function holdKey(
  { revoked, caches, entries }: Pick<ManagerParts, 'revoked' | 'caches' | 'entries'>,
  actor: Actor,
  { id, meanwhile }: KeyWithdrawal,
): () => void {
  const forget = (): void => caches.apply([{ type: 'key', id }])
  const end = revoked.suspend(id, (record) => (isVisible(record, actor) ? leniently(meanwhile, record) : record))
  // An id of another workspace is no reason to forget anything.
  if (entries.verificationsOf(id).some((verification) => verification.ok && isVisible(verification.apiKey, actor)))
    forget()
  return () => {
    end()
    forget()
  }
}

function leniently(change: (record: KeyRecord) => KeyRecord, record: KeyRecord): KeyRecord {
  try {
    return change(record)
  } catch {
    return record
  }
}

/** How a withdrawal is stored: each call is an attempt, and knows of those before whose outcome is not known. */
export function attemptOf(
  parts: ManagerParts,
  actor: Actor,
  { id, action, urgency, prepare, decide }: KeyWithdrawal,
): (lost: () => void) => Promise<Key> {
  const tried = new Set<string>()
  const askedAt = parts.clock.now()
  let calls = 0

  return async (lost) => {
    calls += 1
    const isCarriedOn = calls > 1
    // Locks only keys that the actor may see, never a key of another workspace. A key that is already withdrawn needs
    // no lock.
    const before = await findVisible(parts, actor, id)
    await prepare?.(before, isCarriedOn)
    const budget = startBudget(parts.clock, parts.store.timeoutMs)
    let seen = before
    let written: KeyRecord | undefined
    let done = action
    const store = async (): Promise<void> => {
      const result = await parts.commits.commitLocked({
        targets: [
          { type: 'key', id, workspaceId: actor.workspaceId },
          ...(isItself(actor, id) ? [] : actingTarget(actor)),
        ],
        urgency,
        lost,
        decide([stored = null, acting = stored], now) {
          written = undefined
          seen = requireVisible(stored, actor)
          if (actor.type === 'key') {
            if (isCarriedOn) requireWasPresent(actor, acting, askedAt)
            else requireActing(parts, actor, id, acting, now)
          }
          const decided = decide(seen, now, isCarriedOn)
          if (decided === undefined) return undefined
          written = nextRevision(seen, decided.record, now)
          done = decided.action ?? action
          return keyChange(parts, actor, done, seen, written, decided)
        },
      })
      if (result?.ok === false) throw new UnavailableError('store', 'The store did not keep a key that it had locked.')
    }
    try {
      if (decide(before, parts.clock.now(), isCarriedOn) !== undefined) await store()
    } catch (error) {
      if (written === undefined) throw error
      remember(tried, written)
      lost()
      if (!(await isStored(parts.store.lasting(budget.leftMs()), written))) throw error
    }
    // Where nothing had to be written, an earlier attempt may have done it, and its answer was lost.
    const own = written ?? (tried.has(traceOf(seen)) ? seen : undefined)
    const after = own ?? seen
    // Another writer may have been first, unknown to this process yet: the promise holds all the same.
    if (after.revokedAt !== null) parts.revoked.add(after)
    parts.caches.apply([{ type: 'key', id }])
    const key = keyFromRecord(after, parts.policy, parts.clock.now())
    if (own !== undefined) parts.events.key(done, actor, key)
    return key
  }
}

function requireVisible(stored: LockedRecord, actor: Actor): KeyRecord {
  const isKey = stored !== null && stored !== 'corrupt' && 'secrets' in stored
  if (!isKey || !isVisible(stored, actor)) throw new KeyNotFoundError()
  return stored
}

/** A key may end itself again: there is nothing left to keep it from. */
function requireActing(parts: ManagerParts, actor: Actor, id: string, acting: LockedRecord, now: number): void {
  const isOver = acting !== null && acting !== 'corrupt' && 'revokedAt' in acting && acting.revokedAt !== null
  if (!isItself(actor, id) || !isOver) requirePresent(parts, actor, acting, now)
}

/** Others leave another trace: of two changes of one revision one is stored. */
function traceOf({ revision, updatedAt }: KeyRecord): string {
  return `${revision} ${updatedAt}`
}

function remember(tried: Set<string>, record: KeyRecord): void {
  tried.add(traceOf(record))
  const [oldest] = tried
  if (tried.size > maxTried && oldest !== undefined) tried.delete(oldest)
}
