import {
  decodeServiceAccount,
  type ListPage,
  type ServiceAccountQuery,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import type { Table } from './table.ts'
import { walk } from './walk.ts'

/** Lists service accounts of one workspace; the page holds copies. */
export function listServices(
  accounts: Table<ServiceAccountRecord>,
  query: ServiceAccountQuery,
): ListPage<ServiceAccountRecord> {
  const { items, nextCursor } = walk(
    (after) => accounts.newestFirst(query.workspaceId, after),
    (account) =>
      (query.includeDeleted === true || account.deletedAt === null) &&
      (query.ids === undefined || query.ids.includes(account.id)),
    query,
  )
  return { items: items.map(decodeServiceAccount), nextCursor }
}
