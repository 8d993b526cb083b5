import { ServiceAccountNotFoundError } from '../../errors/errors.ts'
import { grantSet } from '../../permissions/match.ts'
import type { ServiceAccountRecord as StoredAccount } from '../../store/records.ts'
import { bothCover } from '../../verify/withheld-grants.ts'
import { narrowedGrants } from '../changes/narrowed-grants.ts'
import type { ChangedRecord } from '../changes/record-kind.types.ts'
import { parseRevision, requireRevision } from '../changes/revision.ts'
import { detailOf } from '../changes/withdraw-record.ts'
import { requireGrants, requireUnbound } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import type { Actor } from '../shapes/actor.ts'
import { grantList, ownFields, parseGrants } from '../shapes/checks.ts'
import type { ChangeOptions } from '../shapes/inputs.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'
import type { AccountChanges } from './account-kind.ts'
import type { UpdateServiceAccountInput } from './account-manager.types.ts'

/** What updating service accounts is made of. */
export interface UpdateAccountParts {
  readonly accounts: Pick<AccountChanges, 'change' | 'changeOrNarrow' | 'withdraw' | 'overrule'>
  readonly rules: Pick<KeyRules, 'permissions' | 'freeText'>
}

/** Changes an account. Fewer permissions must not lose to others who write it. `begin` gives the actor. */
export async function updateAccount(
  { accounts, rules }: UpdateAccountParts,
  begin: () => Promise<Actor>,
  id: string,
  given: UpdateServiceAccountInput,
  options: ChangeOptions,
): Promise<ServiceAccount> {
  const { freeText, permissions } = rules
  const input = ownFields<UpdateServiceAccountInput>('serviceAccounts.update', given, [
    'name',
    'description',
    'permissions',
  ])
  const expected = parseRevision(options)
  const patch: Partial<StoredAccount> = {
    ...(input.name !== undefined && { name: freeText.name(input.name) }),
    ...(input.description !== undefined && { description: freeText.description(input.description) }),
  }
  const wanted = input.permissions === undefined ? undefined : grantList(input.permissions)
  const actor = await begin()

  const decide = (before: StoredAccount): ChangedRecord<StoredAccount> | undefined => {
    if (before.deletedAt !== null) throw new ServiceAccountNotFoundError()
    requireRevision(before, expected)
    const grants = wanted === undefined ? before.permissions : parseGrants(wanted, permissions, before.permissions)
    const record = { ...before, ...patch, permissions: grants }
    const held = grantSet(before.permissions)
    const added = record.permissions.filter((grant) => !held.covers(grant))
    requireGrants(actor, added, permissions)
    if (added.length > 0) requireUnbound(actor)
    return JSON.stringify(before) === JSON.stringify(record) ? undefined : { record }
  }

  // A caller that names a revision asks to lose against an earlier writer.
  if (expected !== undefined || wanted === undefined) {
    return accounts.change(actor, id, 'serviceAccount.updated', decide)
  }

  const left = grantSet(wanted)
  const narrow = (): Promise<ServiceAccount> =>
    accounts.withdraw(actor, {
      id,
      action: 'serviceAccount.updated',
      urgency: 'withdrawal',
      detail: detailOf(wanted),
      decide(before, _now, isCarriedOn) {
        if (!isCarriedOn) return decide(before)
        // What it would have added is not retried: its caller is gone.
        const kept = narrowedGrants(before.permissions, wanted)
        const isDone = before.deletedAt !== null || kept === before.permissions
        return isDone ? undefined : { record: { ...before, permissions: kept } }
      },
      meanwhile: (held) => held && bothCover(held, left),
    })
  const takesAway = (before: StoredAccount): boolean => before.permissions.some((grant) => !left.covers(grant))
  const account = await accounts.changeOrNarrow(actor, id, 'serviceAccount.updated', decide, { takesAway, narrow })
  accounts.overrule(actor, 'serviceAccount.updated', id)
  return account
}
