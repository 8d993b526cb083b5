import {
  decodeServiceAccount,
  encodeServiceAccount,
  type ListPage,
  type ServiceAccountQuery,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { Database } from './database/database.ts'
import { isLight } from './database/light.ts'
import type { ServiceAccountsTable } from './database/tables.ts'
import { integer, isStorable, nullableInteger } from './database/values.ts'
import { type OrderedRows, readInOrder } from './listing/in-order.ts'
import { pageOf, planPage } from './listing/page.ts'

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
  const { dialect } = database
  const all = query.includeDeleted === true
  const isListed = sql`workspace_id = ${query.workspaceId} and ${isLight(dialect)}${all ? sql`` : sql` and living = 1`}`
  const listing: Pick<OrderedRows, 'index' | 'where'> =
    ids === undefined
      ? { index: all ? 'list' : 'living', where: isListed }
      : // Asked in this way, no database reads all accounts of the workspace for the one with this id.
        {
          index: undefined,
          where: sql`${dialect.oneOf(sql.ref('id'), ids)} and case when ${isListed} then 1 else 0 end = 1`,
        }
  const rows = await readInOrder<Selectable<ServiceAccountsTable>>(
    database,
    { table: 'service_accounts', ...listing },
    sql`*`,
    { after: plan.after, count: plan.fetch },
  )
  return pageOf(rows, plan, readAccount)
}
