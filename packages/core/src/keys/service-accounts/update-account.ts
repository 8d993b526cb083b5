import { createHash } from 'node:crypto'
import { isUnavailable, ServiceAccountNotFoundError } from '../../errors/errors.ts'
import { grantSet } from '../../permissions/match.ts'
import type { ServiceAccount as StoredAccount } from '../../store/records.ts'
import { bothCover } from '../../verify/withheld-grants.ts'
import { narrowedGrants } from '../changes/narrowed-grants.ts'
import { parseRevision, requireRevision } from '../changes/update.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { requireGrants, requireUnbound } from '../rules/ceiling.ts'
import type { Actor } from '../shapes/actor.ts'
import { grantList, ownFields, parseGrants } from '../shapes/checks.ts'
import type { ChangeOptions } from '../shapes/inputs.ts'
import {
  busyAccount,
  changeAccount,
  type DecideAccount,
  existingAccount,
  tryToChangeAccount,
} from './change-account.ts'
import type { UpdateServiceAccountInput } from './account-manager.types.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'
import { withdrawFromAccount } from './withdraw-from-account.ts'

/** Changes an account. Fewer permissions must not lose to others who write it. */
export async function updateAccount(
  parts: ManagerParts,
  begin: () => Promise<Actor>,
  id: string,
  given: UpdateServiceAccountInput,
  options: ChangeOptions,
): Promise<ServiceAccount> {
  const { freeText, permissions, withdrawals } = parts
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
  const decide: DecideAccount = (before) => {
    if (before.deletedAt !== null) throw new ServiceAccountNotFoundError()
    requireRevision(before, expected)
    const grants = wanted === undefined ? before.permissions : parseGrants(wanted, permissions, before.permissions)
    const after = { ...before, ...patch, permissions: grants }
    const held = grantSet(before.permissions)
    const added = after.permissions.filter((grant) => !held.covers(grant))
    requireGrants(actor, added, permissions)
    if (added.length > 0) requireUnbound(actor)
    return JSON.stringify(before) === JSON.stringify(after) ? undefined : after
  }
  // A caller that names a revision asks to lose against an earlier writer.
  if (expected !== undefined || wanted === undefined) {
    return changeAccount(parts, actor, id, 'serviceAccount.updated', decide)
  }
  const account = await changeOrNarrow(parts, actor, id, wanted, decide)
  withdrawals.overrule(actor, 'serviceAccount.updated', id)
  return account
}

const attempts = 50

/** What takes nothing away from the account as it was read is a change like any other; what does must not lose. */
async function changeOrNarrow(
  parts: ManagerParts,
  actor: Actor,
  id: string,
  grants: readonly string[],
  decide: DecideAccount,
): Promise<ServiceAccount> {
  const wanted = grantSet(grants)
  const narrow = (): Promise<ServiceAccount> =>
    withdrawFromAccount(parts, actor, {
      id,
      action: 'serviceAccount.updated',
      detail: createHash('sha256').update(JSON.stringify(grants)).digest('base64url'),
      decide(before, _now, isCarriedOn) {
        if (!isCarriedOn) return decide(before)
        // What it would have added is not retried: its caller is gone.
        const kept = narrowedGrants(before.permissions, grants)
        return before.deletedAt !== null || kept === before.permissions ? undefined : { ...before, permissions: kept }
      },
      meanwhile: (held) => held && bothCover(held, wanted),
    })
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await existingAccount(parts, actor, id).catch((error: unknown) => {
      if (isUnavailable(error)) return undefined
      throw error
    })
    if (before === undefined || before.permissions.some((grant) => !wanted.covers(grant))) return narrow()
    const changed = await tryToChangeAccount(parts, actor, before, 'serviceAccount.updated', decide)
    if (changed !== undefined) return changed
  }
  throw busyAccount()
}
