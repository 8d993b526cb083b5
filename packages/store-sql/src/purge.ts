import type { PurgeLimits } from '@claviger/core/store'
import type { Database, Queries } from './database/database.ts'
import { transaction } from './database/transaction.ts'

/** Removes rows older than the given instants, each kind in a transaction of its own. */
export async function purge(database: Database, limits: PurgeLimits): Promise<void> {
  const before = async (limit: number | undefined, remove: (queries: Queries, at: number) => Promise<unknown>) => {
    if (limit !== undefined) await transaction(database, (queries) => remove(queries, limit))
  }
  await before(limits.revokedKeysBefore, (queries, at) =>
    queries.deleteFrom('keys').where('revoked_at', '<', at).execute(),
  )
  await before(limits.deletedServiceAccountsBefore, (queries, at) =>
    queries.deleteFrom('service_accounts').where('deleted_at', '<', at).execute(),
  )
  await before(limits.activityBefore, (queries, at) =>
    queries.deleteFrom('activity').where('created_at', '<', at).execute(),
  )
  await before(limits.idempotencyBefore, (queries, at) =>
    queries.deleteFrom('idempotency').where('created_at', '<', at).execute(),
  )
  await before(limits.usageBefore, async (queries, at) => {
    await queries.deleteFrom('usage').where('hour', '<', at).execute()
    await queries.deleteFrom('usage_instances').where('seen_at', '<', at).execute()
  })
}
