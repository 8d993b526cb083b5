import type { ChangeTarget } from '../../cache/change-target.ts'
import type { Entries } from '../../cache/entries.ts'
import { type OwnerQuestion, ownerScope } from '../../cache/scopes.ts'
import { ConflictError, ServiceAccountNotFoundError, UnavailableError } from '../../errors/errors.ts'
import type { ServiceAccountRecord as StoredAccount } from '../../store/records.ts'
import type { HeldGrants, WithheldGrants } from '../../verify/withheld-grants.ts'
import { contendedAttempts } from '../../writing/attempts.ts'
import type { RecordChanges } from '../changes/change-record.ts'
import type { EventSink } from '../changes/events.ts'
import type { RecordKind } from '../changes/record-kind.types.ts'
import type { RecordWithdrawals } from '../changes/withdraw-record.ts'
import type { Reading } from '../reading/reading.ts'
import { type ServiceAccountAction, serviceAccountFacts } from '../shapes/activity.ts'
import { type ServiceAccount, serviceAccountFromRecord } from '../shapes/service-account.ts'

/** How service accounts are changed, and trust is taken away from them, and so from their keys. */
export type AccountChanges = RecordChanges<StoredAccount, ServiceAccount, ServiceAccountAction> &
  RecordWithdrawals<StoredAccount, ServiceAccount, ServiceAccountAction, HeldGrants>

/** What changing service accounts touches in this process. */
export interface AccountKindParts {
  readonly reading: Pick<Reading, 'namedAccount' | 'isAccountStored'>
  readonly withheld: Pick<WithheldGrants, 'suspend'>
  readonly caches: Pick<ChangeTarget, 'apply'>
  readonly entries: Pick<Entries, 'hasVerificationOn'>
  readonly events: Pick<EventSink, 'serviceAccount'>
}

/** Service accounts, as the path of all changes takes them. */
export function accountKind({
  reading,
  withheld,
  caches,
  entries,
  events,
}: AccountKindParts): RecordKind<StoredAccount, ServiceAccount, ServiceAccountAction, HeldGrants> {
  const forget = (owner: OwnerQuestion): void => caches.apply([{ type: 'owner', ...owner }])

  return {
    type: 'serviceAccount',
    attempts: contendedAttempts,
    find: reading.namedAccount,
    fromLocked(stored, actor) {
      if (stored === 'corrupt')
        throw new UnavailableError('store', 'A service account cannot be read. Restore its row.')
      const isAccount = stored !== null && 'deletedAt' in stored
      if (!isAccount || stored.workspaceId !== actor.workspaceId) throw new ServiceAccountNotFoundError()
      return stored
    },
    isStored: reading.isAccountStored,
    write: (record, expectedRevision) => ({ type: 'serviceAccount', record, expectedRevision }),
    facts: serviceAccountFacts,
    announcements: (before, after) =>
      changesVerifications(before, after) ? [{ type: 'owner', ...questionOf(after.workspaceId, after.id) }] : [],
    show: serviceAccountFromRecord,
    tell: events.serviceAccount,
    isActing: () => false,
    conflict: () =>
      new ConflictError('The service account was changed by others at the same time, several times in a row.'),
    isKnown({ workspaceId }, id) {
      const scope = ownerScope(questionOf(workspaceId, id))
      return entries.hasVerificationOn(
        scope,
        (verification) => verification.ok && ownerScope(verification.apiKey) === scope,
      )
    },
    hold({ workspaceId }, id, meanwhile) {
      const owner = questionOf(workspaceId, id)
      const end = withheld.suspend(owner, meanwhile)
      forget(owner)
      return () => {
        end()
        forget(owner)
      }
    },
    settle: ({ workspaceId, id }) => forget(questionOf(workspaceId, id)),
  }
}

function questionOf(workspaceId: string, id: string): OwnerQuestion {
  return { workspaceId, owner: { type: 'service', id } }
}

/** Whether a verification on a key of the account may differ: a name decides nothing, and a new account has no keys. */
function changesVerifications(before: StoredAccount | undefined, after: StoredAccount): boolean {
  return (
    before !== undefined &&
    (before.deletedAt !== after.deletedAt || JSON.stringify(before.permissions) !== JSON.stringify(after.permissions))
  )
}
