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
import { readInOrder } from './listing/in-order.ts'
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
  const isListed = sql`${isLight(dialect)}${query.includeDeleted === true ? sql`` : sql` and living = 1`}`
  const isAsked = ids === undefined ? sql`1 = 1` : dialect.oneOf(sql.ref('id'), ids)
  const listing = query.includeDeleted === true ? 'list' : 'living'
  const rows = await readInOrder<Selectable<ServiceAccountsTable>>(
    database,
    {
      table: 'service_accounts',
      index: ids === undefined ? listing : undefined,
      where: sql`workspace_id = ${query.workspaceId} and ${isListed} and ${isAsked}`,
    },
    sql`*`,
    { after: plan.after, count: plan.fetch },
  )
  return pageOf(rows, plan, readAccount)
}
