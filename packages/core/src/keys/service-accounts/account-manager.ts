import { ConflictError, NotSupportedError, ValidationError } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import type { Page, ServiceAccountQuery } from '../../store/query.ts'
import { serviceAccountId } from '../../store/service-account-id.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { requireGrants, requireUnbound } from '../rules/ceiling.ts'
import { requireExplicitly } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { boundedText, ownFields, parseGrants, parseLimit } from '../shapes/checks.ts'
import { existingAccount, putAccount } from './change-account.ts'
import { deleteAccount } from './delete-account.ts'
import type {
  CreateServiceAccountInput,
  ListServiceAccountsInput,
  ServiceAccountManager,
} from './account-manager.types.ts'
import { type ServiceAccount, serviceAccountFromRecord } from '../shapes/service-account.ts'
import { updateAccount } from './update-account.ts'

/** Makes the manager of one actor. */
export function createServiceAccountManager(
  parts: ManagerParts,
  asked: Actor,
  present: () => Promise<Actor>,
): ServiceAccountManager {
  const { clock, freeText, generate, permissions, store } = parts

  /** The actor as it may act now. */
  const begin = async (): Promise<Actor> => {
    requireExplicitly(asked, 'manageServiceAccounts')
    const actor = await present()
    requireExplicitly(actor, 'manageServiceAccounts')
    if (store.accounts === undefined) throw new NotSupportedError('services')
    return actor
  }

  return {
    async create(given) {
      requireExplicitly(asked, 'manageServiceAccounts')
      const input = ownFields<CreateServiceAccountInput>('serviceAccounts.create', given, [
        'name',
        'description',
        'permissions',
      ])
      const name = freeText.name(input.name)
      const description = freeText.description(input.description)
      const grants = parseGrants(input.permissions, permissions)
      requireGrants(asked, grants, permissions)
      requireUnbound(asked)
      const actor = await begin()
      requireGrants(actor, grants, permissions)
      requireUnbound(actor)
      const now = clock.now()
      const account = await putAccount(parts, actor, 'serviceAccount.created', undefined, {
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
      const actor = await begin()
      return serviceAccountFromRecord(await existingAccount(parts, actor, id))
    },

    async list(input = {}) {
      const actor = await begin()
      return listAccounts(actor, input)
    },

    async update(id, given, options = {}) {
      requireExplicitly(asked, 'manageServiceAccounts')
      return updateAccount(parts, begin, id, given, options)
    },

    async delete(id) {
      return deleteAccount(parts, await begin(), id)
    },
  }

  async function listAccounts(actor: Actor, input: ListServiceAccountsInput): Promise<Page<ServiceAccount>> {
    const {
      includeDeleted = false,
      cursor,
      limit,
    } = ownFields<ListServiceAccountsInput>('serviceAccounts.list', input, ['includeDeleted', 'cursor', 'limit'])
    if (typeof includeDeleted !== 'boolean') {
      throw new ValidationError('includeDeleted', 'Expected includeDeleted to be true or false.')
    }
    const query = bare<ServiceAccountQuery>({
      workspaceId: actor.workspaceId,
      includeDeleted,
      limit: parseLimit(limit),
      ...(cursor !== undefined && { cursor: boundedText('cursor', cursor, 2_500) }),
    })
    if (store.accounts === undefined) throw new NotSupportedError('services')
    const { items, nextCursor } = await store.accounts(query)
    return { items: items.map(serviceAccountFromRecord), nextCursor }
  }
}
