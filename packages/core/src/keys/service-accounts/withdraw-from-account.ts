import { ownerScope } from '../../cache/scopes.ts'
import { ServiceAccountNotFoundError, UnavailableError } from '../../errors/errors.ts'
import type { ServiceAccount as StoredAccount } from '../../store/records.ts'
import type { LockedRecord } from '../../store/store.ts'
import type { HeldGrants } from '../../verify/withheld-grants.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { actingTarget, requirePresent, requireWasPresent } from '../rules/acting.ts'
import type { ServiceAccountAction } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { accountChange, existingAccount, isReference } from './change-account.ts'
import { type ServiceAccount, serviceAccountFromRecord } from '../shapes/service-account.ts'

/** A change that takes trust away from a service account, and so from its keys. */
export interface AccountWithdrawal {
  readonly id: string
  readonly action: ServiceAccountAction
  readonly detail?: string
  /** What becomes of the account; undefined when it is so already. Pure, and throws when it may not be. */
  decide(before: StoredAccount, now: number, isCarriedOn: boolean): StoredAccount | undefined
  /** What the account holds in this process while the store has not confirmed it. */
  meanwhile(grants: HeldGrants): HeldGrants
  /** What belongs to it and comes after. */
  finish?(): Promise<void>
}

/**
 * Takes trust away from a service account: decided while the store holds the account, and carried on until it is stored.
 *
 * @throws {ServiceAccountNotFoundError} @throws {RevocationNotDurableError}
 */
export async function withdrawFromAccount(
  parts: ManagerParts,
  actor: Actor,
  withdrawal: AccountWithdrawal,
): Promise<ServiceAccount> {
  const { id, action, detail } = withdrawal
  if (!isReference(id)) throw new ServiceAccountNotFoundError()
  const owner = { workspaceId: actor.workspaceId, owner: { type: 'service', id } } as const
  const forget = (): void => parts.caches.apply([{ type: 'owner', ...owner }])
  const attempt = attemptOf(parts, actor, withdrawal)
  return parts.withdrawals.carryOut<ServiceAccount>({
    actor,
    action,
    target: { type: 'serviceAccount', id },
    ...(detail !== undefined && { detail }),
    isKnown: () =>
      parts.entries.hasVerificationOn(
        ownerScope(owner),
        (verification) => verification.ok && ownerScope(verification.apiKey) === ownerScope(owner),
      ),
    hold() {
      const end = parts.withheld.suspend(owner, withdrawal.meanwhile)
      forget()
      return () => {
        end()
        forget()
      }
    },
    async attempt(lost) {
      const account = await attempt(lost)
      await withdrawal.finish?.()
      return account
    },
  })
}

function attemptOf(
  parts: ManagerParts,
  actor: Actor,
  { id, action, decide }: AccountWithdrawal,
): (lost: () => void) => Promise<ServiceAccount> {
  const askedAt = parts.clock.now()
  let calls = 0
  return async (lost) => {
    calls += 1
    const isCarriedOn = calls > 1
    // Only an account of the actor's workspace is locked, and only for what is not so already.
    let account = await existingAccount(parts, actor, id)
    if (decide(account, parts.clock.now(), isCarriedOn) === undefined) return serviceAccountFromRecord(account)
    const result = await parts.commits.commitLocked({
      targets: [{ type: 'serviceAccount', id, workspaceId: actor.workspaceId }, ...actingTarget(actor)],
      urgency: 'withdrawal',
      lost,
      decide([stored = null, acting = null], now) {
        account = requireAccount(stored, actor)
        if (actor.type === 'key') {
          if (isCarriedOn) requireWasPresent(actor, acting, askedAt)
          else requirePresent(parts, actor, acting, now)
        }
        const decided = decide(account, now, isCarriedOn)
        if (decided === undefined) return undefined
        const before = account
        account = { ...decided, revision: before.revision + 1, updatedAt: now }
        return accountChange(parts, actor, action, before, account)
      },
    })
    if (result?.ok === false) {
      throw new UnavailableError('store', 'The store did not keep a service account that it had locked.')
    }
    const shown = serviceAccountFromRecord(account)
    if (result !== undefined) parts.events.serviceAccount(action, actor, shown)
    return shown
  }
}

function requireAccount(stored: LockedRecord, actor: Actor): StoredAccount {
  if (stored === 'corrupt') throw new UnavailableError('store', 'A service account cannot be read. Restore its row.')
  const isAccount = stored !== null && 'deletedAt' in stored
  if (!isAccount || stored.workspaceId !== actor.workspaceId) throw new ServiceAccountNotFoundError()
  return stored
}
