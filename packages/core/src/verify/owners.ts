import type { Fence } from '../cache/fence.ts'
import { createFlights } from '../cache/flights.ts'
import { type OwnerQuestion, ownerScope } from '../cache/scopes.ts'
import { UnavailableError } from '../errors/errors.ts'
import { type GrantSet, grantSet, unboundedGrants } from '../permissions/match.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import { within } from '../runtime/within.ts'
import { isServiceAccountId } from '../store/service-account-id.ts'
import type { KeyStore } from '../store/store.ts'
import { storedServiceAccount } from './service-account.ts'
import type { WithheldGrants } from './withheld-grants.ts'

/**
 * The host's answer to "what may this owner do now?": grants such as `prompts:*`, or null when the owner is gone.
 * A rejection, or anything but a list of strings or null, is an outage: 503.
 *
 * Callers share one answer, so it is asked for in the async context in which the keyring was made, never in a request's:
 * `AsyncLocalStorage.getStore()` in it gives what it gave around `createKeyring`.
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
  /** The answer where nobody needs to be asked, at once: the host bounds no users. */
  unbounded(question: OwnerQuestion): OwnerRead | undefined
  /** @throws {UnavailableError} when service accounts or the host's lookup fail, or take too long */
  read(question: OwnerQuestion): Promise<OwnerRead>
}

const everything: OwnerRead = { grants: unboundedGrants, stamp: undefined }

/**
 * Makes the reader. Service accounts are Claviger's own records and are looked up first; the host knows the rest.
 * `confirmed` resolves once the store has shown that what was not found is not there.
 */
export function createOwners(
  store: KeyStore,
  resolveOwner: ResolveOwner | 'unbounded',
  fence: Fence,
  withheld: WithheldGrants,
  clock: Clock,
  timeoutMs: number,
  confirmed: () => Promise<void>,
  own: OwnContext,
): Owners {
  const flights = createFlights<OwnerRead>()

  const serviceAccountGrants = async ({ workspaceId, owner }: OwnerQuestion): Promise<GrantSet | null | undefined> => {
    if (owner.type !== 'service' || store.services === undefined) return undefined
    const account = await storedServiceAccount(store, workspaceId, owner.id, 'owner')
    if (account === undefined) {
      if (!isServiceAccountId(owner.id)) return undefined
      await confirmed()
      return null
    }
    return account.deletedAt === null ? grantSet(account.permissions) : null
  }

  const hostGrants = async (question: OwnerQuestion): Promise<GrantSet | null> => {
    if (resolveOwner === 'unbounded') return unboundedGrants
    const answer: unknown = await resolveOwner({ workspaceId: question.workspaceId, owner: { ...question.owner } })
    if (answer === null) return null
    if (Array.isArray(answer) && answer.every((grant) => typeof grant === 'string')) return grantSet(answer)
    throw new UnavailableError(
      'owner',
      `resolveOwner must give a list of strings, or null for a gone owner; it gave ${typeof answer}.`,
    )
  }

  const start = async (question: OwnerQuestion, stamp: number): Promise<OwnerRead> => {
    const grants = await within(clock, timeoutMs, 'owner', async () => {
      const account = await serviceAccountGrants(question)
      return account === undefined ? hostGrants(question) : account
    })
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
