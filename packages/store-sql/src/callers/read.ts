import { type CallerEntry, type CallersQuery, mergeCallers } from '@claviger/core/store'
import type { Database } from '../database/database.ts'
import { isLight } from '../database/light.ts'
import { retrying } from '../database/transaction.ts'
import { isStorable } from '../database/values.ts'
import { decodeCallers } from './record.ts'

/** Reads who used a key. */
export async function readCallers(database: Database, key: CallersQuery): Promise<readonly CallerEntry[]> {
  const { workspaceId, keyId } = key
  if (!isStorable(workspaceId) || !isStorable(keyId)) return []
  const row = await retrying(database, () =>
    database.queries
      .selectFrom('callers')
      .select('record')
      .where('workspace_id', '=', workspaceId)
      .where('key_id', '=', keyId)
      .where(isLight(database.dialect))
      .executeTakeFirst(),
  )
  return row === undefined ? [] : mergeCallers(decodeCallers({ workspaceId, keyId }, row.record), [])
}
