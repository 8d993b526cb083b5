import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { Fence } from '../cache/fence.ts'
import { createFlights } from '../cache/flights.ts'
import { type OwnerQuestion, ownerScope } from '../cache/scopes.ts'
import { UnavailableError } from '../errors/errors.ts'
import type { Freshness } from '../following/freshness.ts'
import { kindOf } from '../input/describe-value.ts'
import { type GrantSet, grantSet, unboundedGrants } from '../permissions/match.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import { type Budget, startBudget, unavailable, within } from '../runtime/within.ts'
import { isServiceAccountId } from '../store/service-account-id.ts'
import type { WithheldGrants } from './withheld-grants.ts'

/**
 * The host's answer to "what may this owner do now?": grants such as `prompts:*`, or null when the owner is gone.
 * A rejection, or anything but a list of strings or null, is an outage: 503.
 *
 * Callers share one answer, so it is asked for in the async context in which the keyring was made, never in a
 * request's: `AsyncLocalStorage.getStore()` in it gives what it gave around `createKeyring`.
 */
export type ResolveOwner = (question: OwnerQuestion) => Promise<readonly string[] | null> | readonly string[] | null

/** What an owner holds, and the fence's stamp from before it was asked. */
export interface OwnerRead {
  /** Null: the owner is gone. */
  readonly grants: GrantSet | null
  /** Undefined: the answer never changes. */
  readonly stamp: number | undefined
}

/** Asks for owners' permissions; concurrent questions about one owner are one. */
export interface Owners {
  /** The answer without a look-up: the host does not bound users. */
  unbounded(question: OwnerQuestion): OwnerRead | undefined
  /** @throws {UnavailableError} when service accounts or the host's lookup fail, or take too long */
  read(question: OwnerQuestion): Promise<OwnerRead>
}

const everything: OwnerRead = { grants: unboundedGrants, stamp: undefined }

/** What asking for owners is made of. */
export interface OwnerParts {
  readonly store: Pick<BoundedStore, 'account' | 'accounts' | 'timeoutMs'>
  readonly resolveOwner: ResolveOwner | 'unbounded'
  readonly fence: Fence
  readonly withheld: WithheldGrants
  /** Shows that what was not found is not there. */
  readonly freshness: Pick<Freshness, 'confirmed'>
  readonly clock: Clock
  readonly own: OwnContext
}

/**
 * Makes the reader. Service accounts are Claviger's own records and are looked up first; the host knows the rest. Both
 * together take no longer than one call of the store may.
 */
export function createOwners(parts: OwnerParts): Owners {
  const { store, resolveOwner, fence, withheld, freshness, clock, own } = parts
  const flights = createFlights<OwnerRead>()

  const serviceAccountGrants = async (
    { workspaceId, owner }: OwnerQuestion,
    budget: Budget,
  ): Promise<GrantSet | null | undefined> => {
    if (owner.type !== 'service' || store.accounts === undefined) return undefined
    const account = await store.account(workspaceId, owner.id, 'owner')
    if (account === undefined) {
      if (!isServiceAccountId(owner.id)) return undefined
      await within(clock, budget.leftMs(), 'owner', freshness.confirmed)
      return null
    }
    return account.deletedAt === null ? grantSet(account.permissions) : null
  }

  const hostGrants = async (question: OwnerQuestion): Promise<GrantSet | null> => {
    if (resolveOwner === 'unbounded') return unboundedGrants
    const answer = await asked(resolveOwner, question)
    if (answer === null) return null
    if (Array.isArray(answer) && answer.every((grant) => typeof grant === 'string')) return grantSet(answer)
    throw new UnavailableError(
      'owner',
      `resolveOwner must give a list of strings, or null for a gone owner; it gave ${Array.isArray(answer) ? 'a list with something else in it' : kindOf(answer)}.`,
    )
  }

  const start = async (question: OwnerQuestion, stamp: number): Promise<OwnerRead> => {
    const budget = startBudget(clock, store.timeoutMs)
    const account = await serviceAccountGrants(question, budget)
    const grants =
      account === undefined ? await within(clock, budget.leftMs(), 'owner', () => hostGrants(question)) : account
    return { grants: withheld.judged(question, grants), stamp }
  }

  const unbounded = ({ owner }: OwnerQuestion): OwnerRead | undefined =>
    resolveOwner === 'unbounded' && owner.type === 'user' ? everything : undefined

  return {
    unbounded,
    async read(question) {
      const known = unbounded(question)
      if (known !== undefined) return known
      const scope = ownerScope(question)
      const stamp = fence.stamp(scope)
      return flights.join(scope, stamp, () => own(() => start(question, stamp)))
    },
  }
}

/** What the host's function gives, whatever it may be. What it throws is told with its name. */
async function asked(resolveOwner: ResolveOwner, { workspaceId, owner }: OwnerQuestion): Promise<unknown> {
  try {
    return await resolveOwner({ workspaceId, owner: { ...owner } })
  } catch (error) {
    throw unavailable('owner', error, 'resolveOwner')
  }
}
