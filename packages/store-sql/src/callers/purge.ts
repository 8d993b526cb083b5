import { mergeCallers } from '@claviger/core/store'
import type { Database } from '../database/database.ts'
import { retrying, transaction } from '../database/transaction.ts'
import { decodeCallers } from './record.ts'
import { deleteCallers, lockCallers, replaceCallers } from './rows.ts'

// Each row is read and rewritten, some kilobytes of it: this is some milliseconds.
const keysPerStep = 25

/** Removes callers that are old from some keys, in one short transaction; gives whether there may be more. */
export async function purgeCallers(database: Database, before: number): Promise<boolean> {
  const found = await retrying(database, () =>
    database.queries
      .selectFrom('callers')
      .select(['workspace_id', 'key_id'])
      .where('oldest_at', '<', before)
      .orderBy('oldest_at')
      .limit(keysPerStep)
      .execute(),
  )
  if (found.length === 0) return false
  const keys = found.map(({ workspace_id: workspaceId, key_id: keyId }) => ({ workspaceId, keyId }))
  await transaction(database, async (queries) => {
    // Locked in the order in which they are added to. What was rewritten meanwhile is written as it is.
    const kept = (await lockCallers(queries, database, keys)).map(({ record, ...key }) => ({
      ...key,
      callers: mergeCallers(decodeCallers(key, record), []).filter(({ lastUsedAt }) => lastUsedAt >= before),
    }))
    await deleteCallers(
      queries,
      database,
      kept.filter(({ callers }) => callers.length === 0),
    )
    await replaceCallers(
      queries,
      database,
      kept.filter(({ callers }) => callers.length > 0),
    )
  })
  return found.length === keysPerStep
}
