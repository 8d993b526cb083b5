import {
  decodeServiceAccount,
  encodeServiceAccount,
  type ListPage,
  type ServiceAccountQuery,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import type { Insertable, Selectable } from 'kysely'
import type { Database } from './database/database.ts'
import { isLight } from './database/light.ts'
import type { ServiceAccountsTable } from './database/tables.ts'
import { retrying } from './database/transaction.ts'
import { integer, isStorable, nullableInteger } from './database/values.ts'
import { isBehind, pageOf, planPage } from './listing/page.ts'

/** The columns of a service account. */
export function accountColumns(account: ServiceAccountRecord): Omit<Insertable<ServiceAccountsTable>, 'writes'> {
  return {
    id: account.id,
    workspace_id: account.workspaceId,
    revision: account.revision,
    created_at: account.createdAt,
    living: account.deletedAt === null ? 1 : 0,
    deleted_at: account.deletedAt,
    record: encodeServiceAccount(account),
  }
}

/** Reads a service account. A row whose columns and record disagree is corrupt. */
export function readAccount(row: Selectable<ServiceAccountsTable>): ServiceAccountRecord | 'corrupt' {
  try {
    const account = decodeServiceAccount(row.record)
    const agrees =
      account.id === row.id &&
      account.workspaceId === row.workspace_id &&
      account.revision === integer(row.revision) &&
      account.createdAt === integer(row.created_at) &&
      (account.deletedAt === null ? 1 : 0) === integer(row.living) &&
      account.deletedAt === nullableInteger(row.deleted_at)
    return agrees ? account : 'corrupt'
  } catch {
    return 'corrupt'
  }
}

/** Lists service accounts of one workspace. */
export async function listAccounts(
  database: Database,
  query: ServiceAccountQuery,
): Promise<ListPage<ServiceAccountRecord>> {
  const plan = planPage(query)
  const ids = query.ids?.filter(isStorable)
  if (!isStorable(query.workspaceId) || ids?.length === 0) return { items: [], nextCursor: null }
  const { queries, dialect } = database
  const rows = await retrying(database, () => {
    let select = queries
      .selectFrom('service_accounts')
      .selectAll()
      .where('workspace_id', '=', query.workspaceId)
      .where((eb) => isBehind(eb, plan))
      .where(isLight(dialect))
    if (query.includeDeleted !== true) select = select.where('living', '=', 1)
    if (ids !== undefined) select = select.where((eb) => dialect.oneOf(eb.ref('id'), ids))
    return select.orderBy('created_at', 'desc').orderBy('id').limit(plan.fetch).execute()
  })
  return pageOf(rows, plan, readAccount)
}
