import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { ValidationError } from '../../errors/errors.ts'
import type { ListPage } from '../../store/query.ts'
import type { Actor } from '../shapes/actor.ts'
import { boundedText, oneOrMany, ownFields, parseLimit } from '../shapes/checks.ts'
import { type ServiceAccount, serviceAccountFromRecord } from '../shapes/service-account.ts'
import type { ListServiceAccountsInput } from './account-manager.types.ts'

/** Lists the service accounts of the actor's workspace. */
export async function listAccounts(
  list: NonNullable<BoundedStore['accounts']>,
  { workspaceId }: Actor,
  given: ListServiceAccountsInput,
): Promise<ListPage<ServiceAccount>> {
  const {
    includeDeleted = false,
    ids,
    cursor,
    limit,
  } = ownFields<ListServiceAccountsInput>('serviceAccounts.list', given, ['ids', 'includeDeleted', 'cursor', 'limit'])
  if (typeof includeDeleted !== 'boolean') {
    throw new ValidationError('includeDeleted', 'Expected includeDeleted to be true or false.')
  }
  const { items, nextCursor } = await list({
    workspaceId,
    includeDeleted,
    limit: parseLimit(limit),
    ...(ids !== undefined && { ids: oneOrMany('ids', ids, (id) => boundedText('ids', id)) }),
    ...(cursor !== undefined && { cursor: boundedText('cursor', cursor, 2_500) }),
  })
  return { items: items.map(serviceAccountFromRecord), nextCursor }
}
