import type { Database } from '../database/database.ts'
import { transaction } from '../database/transaction.ts'
import { deleteCallers, lockCallers, replaceCallers } from './rows.ts'

const keysPerTransaction = 50

/** Removes callers that are old from at most so many keys; gives from how many. An index leads to them. */
export async function purgeCallers(database: Database, before: number, most: number): Promise<number> {
  let done = 0
  while (done < most) {
    const asked = Math.min(keysPerTransaction, most - done)
    const found = await purgeSome(database, before, asked)
    done += found
    if (found < asked) break
  }
  return done
}

async function purgeSome(database: Database, before: number, most: number): Promise<number> {
  const found = await database.queries
    .selectFrom('callers')
    .select(['workspace_id', 'key_id'])
    .where('oldest_at', '<', before)
    .orderBy('oldest_at')
    .limit(most)
    .execute()
  if (found.length === 0) return 0
  const keys = found.map(({ workspace_id: workspaceId, key_id: keyId }) => ({ workspaceId, keyId }))
  await transaction(database, async (queries) => {
    // Locked in the order in which they are added to. What was rewritten meanwhile is written as it is.
    const kept = (await lockCallers(queries, database, keys)).map(({ callers, ...key }) => ({
      ...key,
      callers: callers.filter(({ lastUsedAt }) => lastUsedAt >= before),
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
  return found.length
}
