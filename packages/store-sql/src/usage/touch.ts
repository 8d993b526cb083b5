import type { UsageEntry } from '@claviger/core/store'
import { sql } from 'kysely'
import { chunks } from '../database/values.ts'
import type { Queries } from '../database/database.ts'

const keysPerUpdate = 100

/** Writes the last use to the keys, forward only, and brings no key into being. */
export async function touchKeys(queries: Queries, entries: readonly UsageEntry[]): Promise<void> {
  for (const uses of chunks(latestUses(entries), keysPerUpdate)) {
    const cases = uses.map(
      ({ keyId, workspaceId, lastUsedAt }) => sql`
        when id = ${keyId} and workspace_id = ${workspaceId}
          and (last_used_at is null or last_used_at < ${sql.lit(lastUsedAt)}) then ${sql.lit(lastUsedAt)}`,
    )
    await queries
      .updateTable('keys')
      .set({ last_used_at: sql<number>`case ${sql.join(cases, sql` `)} else last_used_at end` })
      .where(
        'id',
        'in',
        uses.map(({ keyId }) => keyId),
      )
      .execute()
  }
}

/** One use per key, in the order of the ids: two batches lock the keys they share in the same order. */
function latestUses(entries: readonly UsageEntry[]): readonly UsageEntry[] {
  const latest = new Map<string, UsageEntry>()
  for (const entry of entries) {
    const id = JSON.stringify([entry.keyId, entry.workspaceId])
    if (entry.lastUsedAt > (latest.get(id)?.lastUsedAt ?? Number.NEGATIVE_INFINITY)) latest.set(id, entry)
  }
  return [...latest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}
