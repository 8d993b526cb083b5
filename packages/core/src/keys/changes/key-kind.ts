import type { ChangeTarget } from '../../cache/change-target.ts'
import type { Entries } from '../../cache/entries.ts'
import { ConflictError, KeyNotFoundError } from '../../errors/errors.ts'
import type { RevokedKeys } from '../../following/revoked.ts'
import { requireRewritable } from '../../restrictions/unknown.ts'
import type { KeyRecord } from '../../store/records.ts'
import { usualAttempts } from '../../writing/attempts.ts'
import type { Reading } from '../reading/reading.ts'
import { isItself, isVisible } from '../rules/rights.ts'
import { type KeyAction, keyFacts } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { type ManagedKey, keyFromRecord } from '../shapes/key.ts'
import type { KeyPolicy } from '../shapes/policy.ts'
import type { RecordChanges } from './change-record.ts'
import type { EventSink } from './events.ts'
import type { RecordKind } from './record-kind.types.ts'
import type { RecordWithdrawal, RecordWithdrawals } from './withdraw-record.ts'

/** How keys are changed, and trust is taken away from them. */
export type KeyChanges = RecordChanges<KeyRecord, ManagedKey, KeyAction> &
  RecordWithdrawals<KeyRecord, ManagedKey, KeyAction, KeyRecord>

/** A change that takes trust away from a key. */
export type KeyWithdrawal = RecordWithdrawal<KeyRecord, KeyAction, KeyRecord>

/** What changing keys touches in this process. */
export interface KeyKindParts {
  readonly reading: Pick<Reading, 'visibleKey' | 'isKeyStored'>
  readonly revoked: Pick<RevokedKeys, 'see' | 'suspend'>
  readonly caches: Pick<ChangeTarget, 'apply'>
  readonly entries: Pick<Entries, 'verificationsOf'>
  readonly events: Pick<EventSink, 'key'>
  readonly policy: KeyPolicy
}

/** Keys, as the path of all changes takes them. */
export function keyKind({
  reading,
  revoked,
  caches,
  entries,
  events,
  policy,
}: KeyKindParts): RecordKind<KeyRecord, ManagedKey, KeyAction, KeyRecord> {
  const forget = (id: string): void => caches.apply([{ type: 'key', id }])
  const isKnown = (actor: Actor, id: string): boolean =>
    entries.verificationsOf(id).some((verification) => verification.ok && isVisible(verification.apiKey, actor))

  return {
    type: 'key',
    attempts: usualAttempts,
    find: reading.visibleKey,
    fromLocked(stored, actor) {
      const isKey = stored !== null && stored !== 'corrupt' && 'secrets' in stored
      if (!isKey || !isVisible(stored, actor)) throw new KeyNotFoundError()
      return stored
    },
    isStored: reading.isKeyStored,
    write(record, expectedRevision) {
      requireRewritable(record)
      return { type: 'key', record, expectedRevision }
    },
    facts: keyFacts,
    announcements: (_, { id }) => [{ type: 'key', id }],
    show: (record, at) => keyFromRecord(record, policy, at),
    tell: events.key,
    isActing: isItself,
    conflict: () => new ConflictError(),
    isKnown,
    hold(actor, id, meanwhile) {
      const end = revoked.suspend(id, (record) => (isVisible(record, actor) ? leniently(meanwhile, record) : record))
      // An id of another workspace is no reason to forget anything.
      if (isKnown(actor, id)) forget(id)
      return () => {
        end()
        forget(id)
      }
    },
    settle(record) {
      revoked.see(record)
      forget(record.id)
    },
  }
}

function leniently(change: (record: KeyRecord) => KeyRecord, record: KeyRecord): KeyRecord {
  try {
    return change(record)
  } catch {
    return record
  }
}
