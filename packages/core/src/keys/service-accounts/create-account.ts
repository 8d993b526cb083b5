import { ConflictError } from '../../errors/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { serviceAccountId } from '../../store/service-account-id.ts'
import { requireGrants, requireUnbound } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields, parseGrants } from '../shapes/checks.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'
import type { AccountChanges } from './account-kind.ts'
import type { CreateServiceAccountInput } from './account-manager.types.ts'

/** What making service accounts is made of. */
export interface CreateAccountParts {
  readonly accounts: Pick<AccountChanges, 'add'>
  readonly rules: Pick<KeyRules, 'permissions' | 'freeText'>
  readonly newId: () => string
  readonly clock: Clock
}

/**
 * Makes a service account. What can be refused without the store is refused before it is asked.
 *
 * @param asked the actor as it was given; `begin` gives it as it may act now
 */
export async function createAccount(
  { accounts, rules, newId, clock }: CreateAccountParts,
  asked: Actor,
  begin: () => Promise<Actor>,
  given: CreateServiceAccountInput,
): Promise<ServiceAccount> {
  const { freeText, permissions } = rules
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
  const added = await accounts.add(actor, 'serviceAccount.created', {
    id: serviceAccountId(newId()),
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
  if (added.ok) return added.shown
  throw new ConflictError('The id drawn for this service account is taken. Try again.')
}
