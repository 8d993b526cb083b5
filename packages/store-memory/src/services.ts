import {
  type CursorPosition,
  decodeServiceAccount,
  type ListPage,
  type ServiceAccountQuery,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import { order } from './order.ts'
import { positionOf, type Table } from './table.ts'
import { walk } from './walk.ts'

/** Lists service accounts of one workspace; the page holds copies. */
export function listServices(
  accounts: Table<ServiceAccountRecord>,
  query: ServiceAccountQuery,
): ListPage<ServiceAccountRecord> {
  const { workspaceId, ids } = query
  const { items, nextCursor } = walk(
    (after) => (ids === undefined ? accounts.newestFirst(workspaceId, after) : named(accounts, ids, after)),
    (account) => account.workspaceId === workspaceId && (query.includeDeleted === true || account.deletedAt === null),
    query,
  )
  return { items: items.map(decodeServiceAccount), nextCursor }
}

/** The accounts with some ids. What is asked for by id is not looked for among the others. */
function* named(
  accounts: Table<ServiceAccountRecord>,
  ids: readonly string[],
  after: CursorPosition | undefined,
): Iterable<ServiceAccountRecord> {
  const asked = order()
  for (const id of new Set(ids)) {
    const account = accounts.get(id)
    if (account !== undefined) asked.add(positionOf(account))
  }
  for (const id of asked.behind(after)) {
    const account = accounts.get(id)
    if (account !== undefined) yield account
  }
}
