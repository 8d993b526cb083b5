import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { NotSupportedError } from '../../errors/errors.ts'
import type { Reading } from '../reading/reading.ts'
import { requireExplicitly } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { serviceAccountFromRecord } from '../shapes/service-account.ts'
import type { ServiceAccountManager } from './account-manager.types.ts'
import { type CreateAccountParts, createAccount } from './create-account.ts'
import { type DeleteAccountParts, deleteAccount } from './delete-account.ts'
import { listAccounts } from './list-accounts.ts'
import { type UpdateAccountParts, updateAccount } from './update-account.ts'

/** What managing service accounts is made of: what its calls are made of. */
export interface AccountManagerParts extends CreateAccountParts, UpdateAccountParts, DeleteAccountParts {
  readonly accounts: CreateAccountParts['accounts'] & UpdateAccountParts['accounts'] & DeleteAccountParts['accounts']
  readonly store: Pick<BoundedStore, 'accounts'> & DeleteAccountParts['store']
  readonly reading: Pick<Reading, 'namedAccount'>
}

/** Makes the manager of one actor. `present` gives the actor as it may act now. */
export function createServiceAccountManager(
  parts: AccountManagerParts,
  asked: Actor,
  present: () => Promise<Actor>,
): ServiceAccountManager {
  const begin = async (): Promise<Actor> => {
    requireExplicitly(asked, 'manageServiceAccounts')
    const actor = await present()
    requireExplicitly(actor, 'manageServiceAccounts')
    requireAccounts()
    return actor
  }

  const requireAccounts = (): NonNullable<BoundedStore['accounts']> => {
    if (parts.store.accounts === undefined) throw new NotSupportedError('services')
    return parts.store.accounts
  }

  return {
    async create(input) {
      requireExplicitly(asked, 'manageServiceAccounts')
      return createAccount(parts, asked, begin, input)
    },
    async get(id) {
      const actor = await begin()
      return serviceAccountFromRecord(await parts.reading.namedAccount(actor, id))
    },
    async list(input = {}) {
      const actor = await begin()
      return listAccounts(requireAccounts(), actor, input)
    },
    async update(id, input, options = {}) {
      requireExplicitly(asked, 'manageServiceAccounts')
      return updateAccount(parts, begin, id, input, options)
    },
    async delete(id) {
      const actor = await begin()
      return deleteAccount(parts, actor, id)
    },
  }
}
