import { ConflictError, NotSupportedError, ServiceAccountNotFoundError, ValidationError } from '../../errors.ts'
import { grantSet } from '../../permissions/match.ts'
import type { Page } from '../../store/query.ts'
import { serviceAccountId } from '../../service-account-id.ts'
import type { ServiceAccount as StoredAccount } from '../../store/records.ts'
import { listedServiceAccount } from '../../verify/service-account.ts'
import { within } from '../../verify/within.ts'
import { activityEntry, changedFacts, firstFacts, serviceAccountFacts, type ServiceAccountAction } from '../activity.ts'
import type { Actor } from '../actor.ts'
import { demandGrants, demandNotOver, demandUnbound } from '../ceiling.ts'
import { boundedText, checkedGrants, checkedLimit, grantList, ownFields } from '../checks.ts'
import type { ManagerParts } from '../parts.ts'
import type { Revocation } from '../revoke.ts'
import { demandExplicitly } from '../rights.ts'
import { checkedRevision, checkRevision } from '../update.ts'
import { findServiceAccount } from './find.ts'
import type { ListServiceAccountsInput, ServiceAccountManager } from './manager.ts'
import { revokeKeysOf } from './revoke-keys.ts'
import { type ServiceAccount, serviceAccountFromRecord } from './service-account.ts'

// Every key made for an account touches it: deleting must win over a busy maker of keys.
const attempts = 50
const deletedReason = 'The service account was deleted.'

/** Makes the manager of one actor. */
export function createServiceAccountManager(
  parts: ManagerParts,
  revocation: Revocation,
  actor: Actor,
): ServiceAccountManager {
  const { clock, commits, events, freeText, generate, permissions, store, storeTimeoutMs, ready } = parts

  const begin = async (): Promise<void> => {
    demandExplicitly(actor, 'manageServiceAccounts')
    await ready()
    demandNotOver(actor, clock.now())
    if (store.services === undefined) throw new NotSupportedError('services')
  }

  const find = async (id: unknown): Promise<StoredAccount> => {
    const account = isReference(id) ? await findServiceAccount(parts, actor.workspaceId, id) : undefined
    if (account === undefined) throw new ServiceAccountNotFoundError()
    return account
  }

  /** Stores an account and tells; undefined when somebody else was first. */
  const put = async (
    action: ServiceAccountAction,
    before: StoredAccount | undefined,
    after: StoredAccount,
  ): Promise<ServiceAccount | undefined> => {
    const facts = serviceAccountFacts(after)
    const change =
      before === undefined
        ? { before: null, after: firstFacts(facts) }
        : changedFacts(serviceAccountFacts(before), facts)
    const target = { type: 'serviceAccount', id: after.id } as const
    const owner = { type: 'service', id: after.id } as const
    const announcement = { type: 'owner', workspaceId: actor.workspaceId, owner } as const
    const result = await commits.commit({
      writes: [{ type: 'serviceAccount', record: after, expectedRevision: before?.revision ?? 0 }],
      activity: [activityEntry(generate.id(), after.updatedAt, actor, action, target, change)],
      announcements: changesVerdicts(before, after) ? [announcement] : [],
    })
    if (!result.ok) return undefined
    const account = serviceAccountFromRecord(after)
    events.serviceAccount(action, actor, account)
    return account
  }

  const change = async (
    id: string,
    action: ServiceAccountAction,
    decide: (before: StoredAccount) => StoredAccount | undefined,
  ): Promise<ServiceAccount> => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const before = await find(id)
      const after = decide(before)
      if (after === undefined) return serviceAccountFromRecord(before)
      const stored = await put(action, before, { ...after, revision: before.revision + 1, updatedAt: clock.now() })
      if (stored !== undefined) return stored
    }
    throw new ConflictError('The service account was changed by others at the same time, several times in a row.')
  }

  return {
    async create(given) {
      demandExplicitly(actor, 'manageServiceAccounts')
      const input = ownFields('serviceAccounts.create', given, ['name', 'description', 'permissions'])
      const name = freeText.name(input.name)
      const description = freeText.description(input.description)
      const grants = checkedGrants(input.permissions, permissions)
      demandGrants(actor, grants, permissions)
      demandUnbound(actor)
      await begin()
      const now = clock.now()
      const account = await put('serviceAccount.created', undefined, {
        id: serviceAccountId(generate.id()),
        workspaceId: actor.workspaceId,
        revision: 1,
        name,
        description,
        permissions: grants,
        createdBy: { type: actor.type, id: actor.id },
        createdAt: now,
        updatedAt: now,
        deletedAt: null,
      })
      if (account === undefined) throw new ConflictError('The id drawn for this service account is taken. Try again.')
      return account
    },

    async get(id) {
      await begin()
      return serviceAccountFromRecord(await find(id))
    },

    async list(input = {}) {
      await begin()
      return listAccounts(input)
    },

    async update(id, given, options = {}) {
      demandExplicitly(actor, 'manageServiceAccounts')
      const input = ownFields('serviceAccounts.update', given, ['name', 'description', 'permissions'])
      const expected = checkedRevision(options)
      const wanted = input.permissions === undefined ? undefined : grantList(input.permissions)
      const patch: Partial<StoredAccount> = {
        ...(input.name !== undefined && { name: freeText.name(input.name) }),
        ...(input.description !== undefined && { description: freeText.description(input.description) }),
      }
      await begin()
      return change(id, 'serviceAccount.updated', (before) => {
        if (before.deletedAt !== null) throw new ServiceAccountNotFoundError()
        checkRevision(before, expected)
        const grants =
          wanted === undefined ? before.permissions : checkedGrants(wanted, permissions, before.permissions)
        const after = { ...before, ...patch, permissions: grants }
        const held = grantSet(before.permissions)
        const added = after.permissions.filter((grant) => !held.covers(grant))
        demandGrants(actor, added, permissions)
        if (added.length > 0) demandUnbound(actor)
        return JSON.stringify(before) === JSON.stringify(after) ? undefined : after
      })
    },

    async delete(id) {
      await begin()
      const account = await change(id, 'serviceAccount.deleted', (before) =>
        before.deletedAt === null ? { ...before, deletedAt: clock.now() } : undefined,
      )
      await revokeKeysOf(parts, revocation, actor, account.id, deletedReason)
      return account
    },
  }

  async function listAccounts(input: ListServiceAccountsInput): Promise<Page<ServiceAccount>> {
    const {
      includeDeleted = false,
      cursor,
      limit,
    } = ownFields('serviceAccounts.list', input, ['includeDeleted', 'cursor', 'limit'])
    if (typeof includeDeleted !== 'boolean') {
      throw new ValidationError('includeDeleted', 'Expected includeDeleted to be true or false.')
    }
    const query = {
      workspaceId: actor.workspaceId,
      includeDeleted,
      limit: checkedLimit(limit),
      ...(cursor !== undefined && { cursor: boundedText('cursor', cursor, 2_500) }),
    }
    const page = await within(clock, storeTimeoutMs, 'store', async () => store.services?.(query))
    const accounts = (page?.items ?? []).flatMap((stored) => listedServiceAccount(stored, actor.workspaceId))
    return { items: accounts.map(serviceAccountFromRecord), nextCursor: page?.nextCursor ?? null }
  }
}

/** Whether a verdict on a key of the account may differ: a name decides nothing, and a new account has no keys. */
function changesVerdicts(before: StoredAccount | undefined, after: StoredAccount): boolean {
  return (
    before !== undefined &&
    (before.deletedAt !== after.deletedAt || JSON.stringify(before.permissions) !== JSON.stringify(after.permissions))
  )
}

function isReference(id: unknown): id is string {
  return typeof id === 'string' && id.length >= 1 && id.length <= 255
}
