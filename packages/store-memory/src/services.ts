import {
  decodeServiceAccount,
  type ListPage,
  type ServiceAccountQuery,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import { pageOf } from './page.ts'
import type { Table } from './table.ts'

/** Lists service accounts of one workspace; the page holds copies. */
export function listServices(
  accounts: Table<ServiceAccountRecord>,
  query: ServiceAccountQuery,
): ListPage<ServiceAccountRecord> {
  const matching = [...accounts.inWorkspace(query.workspaceId)].filter(
    (account) =>
      (query.includeDeleted === true || account.deletedAt === null) &&
      (query.ids === undefined || query.ids.includes(account.id)),
  )
  const { items, nextCursor } = pageOf(matching, (account) => account.createdAt, query)
  return { items: items.map(decodeServiceAccount), nextCursor }
}
