import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { Fence } from '../cache/fence.ts'
import { createFlights } from '../cache/flights.ts'
import { type OwnerQuestion, ownerScope } from '../cache/scopes.ts'
import { UnavailableError } from '../errors/errors.ts'
import type { Freshness } from '../following/freshness.ts'
import { kindOf } from '../input/describe-value.ts'
import { isPlain } from '../input/plain-fields.ts'
import { type GrantSet, grantSet, unboundedGrants } from '../permissions/match.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import { readSelection } from '../restrictions/read-selection.ts'
import { everything, type Selection } from '../restrictions/selection.ts'
import { type Budget, startBudget, unavailable, within } from '../runtime/within.ts'
import { isServiceAccountId } from '../store/service-account-id.ts'
import type { Holdings } from './holdings.ts'
import type { WithheldGrants } from './withheld-grants.ts'

/** What an owner holds, as the host says it. */
export interface OwnerHoldings {
  /** Grants such as `prompts:*`. */
  readonly permissions: readonly string[]
  /**
   * By declared type of resource, the ids that the owner reaches, at most 10 000 of a type; an empty list for none. Of a
   * type that is left out: all.
   */
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** What `resolveOwner` may answer. */
export type OwnerAnswer = readonly string[] | OwnerHoldings | null

/**
 * The host's answer to "what may this owner do now?": grants such as `prompts:*`, with `resources` where the owner
 * reaches some only, or null when the owner is gone. A rejection, or any other answer, is an outage: 503.
 *
 * Callers share one answer, so it is asked for in the async context in which the keyring was made, never in a
 * request's: `AsyncLocalStorage.getStore()` in it gives what it gave around `createKeyring`.
 */
export type ResolveOwner = (question: OwnerQuestion) => Promise<OwnerAnswer> | OwnerAnswer

/** What an owner holds, and the fence's stamp from before it was asked. */
export interface OwnerRead extends Holdings {
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

const unboundedOwner: OwnerRead = { grants: unboundedGrants, resources: everything, stamp: undefined }
const goneOwner: Holdings = { grants: null, resources: everything }
// More than a key can name: an owner may have been given one after the other for years.
const maxOwnerIds = 10_000

/** What asking for owners is made of. */
export interface OwnerParts {
  readonly store: Pick<BoundedStore, 'account' | 'accounts' | 'timeoutMs'>
  readonly resolveOwner: ResolveOwner | 'unbounded'
  /** The declared types of resources. */
  readonly resources: readonly string[]
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

  const hostHoldings = async (question: OwnerQuestion): Promise<Holdings> => {
    if (resolveOwner === 'unbounded') return unboundedOwner
    const answer = await asked(resolveOwner, question)
    if (answer === null) return goneOwner
    if (!isPlain(answer)) return { grants: grantsIn(answer), resources: everything }
    const unknown = Object.keys(answer).find((name) => name !== 'permissions' && name !== 'resources')
    if (unknown === undefined && Object.hasOwn(answer, 'permissions') && Object.hasOwn(answer, 'resources')) {
      return { grants: grantsIn(answer['permissions']), resources: resourcesIn(answer['resources'], parts.resources) }
    }
    throw wrongAnswer('an object with other fields than these')
  }

  const start = async (question: OwnerQuestion, stamp: number): Promise<OwnerRead> => {
    const budget = startBudget(clock, store.timeoutMs)
    const account = await serviceAccountGrants(question, budget)
    const { grants, resources } =
      account === undefined
        ? await within(clock, budget.leftMs(), 'owner', () => hostHoldings(question))
        : { grants: account, resources: everything }
    return { grants: withheld.judged(question, grants), resources, stamp }
  }

  const unbounded = ({ owner }: OwnerQuestion): OwnerRead | undefined =>
    resolveOwner === 'unbounded' && owner.type === 'user' ? unboundedOwner : undefined

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

function grantsIn(answer: unknown): GrantSet {
  if (Array.isArray(answer) && answer.every((grant) => typeof grant === 'string')) return grantSet(answer)
  throw wrongAnswer(Array.isArray(answer) ? 'a list with something else in it' : kindOf(answer))
}

function resourcesIn(answer: unknown, types: readonly string[]): Selection {
  return readSelection(answer, {
    field: 'resources',
    types,
    maxIds: maxOwnerIds,
    mayBeEmpty: true,
    refuse: (_, message) => new UnavailableError('owner', `resolveOwner gave wrong resources. ${message}`),
  })
}

function wrongAnswer(what: string): UnavailableError {
  return new UnavailableError(
    'owner',
    `resolveOwner must give a list of strings, or { permissions, resources } with such a list and lists of ids, or null for a gone owner; it gave ${what}.`,
  )
}

/** What the host's function gives, whatever it may be. What it throws is told with its name. */
async function asked(resolveOwner: ResolveOwner, { workspaceId, owner }: OwnerQuestion): Promise<unknown> {
  try {
    return await resolveOwner({ workspaceId, owner: { ...owner } })
  } catch (error) {
    throw unavailable('owner', error, 'resolveOwner')
  }
}
