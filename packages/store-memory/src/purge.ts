import type { PurgeLimits, PurgeProgress } from '@claviger/core/store'
import type { Database } from './database.ts'

/** Removes rows older than the given instants, all in one step. What has no limit is kept. */
export function purge(database: Database, limits: PurgeLimits): PurgeProgress {
  const { keys, due, accounts, idempotency, activity, lines, usage, callers } = database
  for (const key of keys.all()) {
    const isOld =
      key.revokedAt === null
        ? isBefore(key.expiresAt, limits.expiredKeysBefore)
        : isBefore(key.revokedAt, limits.revokedKeysBefore)
    if (!isOld) continue
    keys.delete(key)
    due.delete(key.id)
  }
  for (const account of accounts.all()) {
    if (isBefore(account.deletedAt, limits.deletedServiceAccountsBefore)) accounts.delete(account)
  }
  for (const [id, row] of idempotency) {
    if (isBefore(row.createdAt, limits.idempotencyBefore)) idempotency.delete(id)
  }
  activity.purge((entry) => isBefore(entry.at, limits.activityBefore))
  lines.purge((entry) => isBefore(entry.at, limits.activityBefore))
  if (limits.usageBefore !== undefined) {
    usage.purge(limits.usageBefore)
    callers.purge(limits.usageBefore)
  }
  return 'done'
}

function isBefore(at: number | null, limit: number | undefined): boolean {
  return at !== null && limit !== undefined && at < limit
}
