import { type CallerEntry, callersByKey, type CallersOfKey, mergeCallers } from '@claviger/core/store'
import type { Database, Queries } from '../database/database.ts'
import { transaction } from '../database/transaction.ts'
import { chunks, requireStorable } from '../database/values.ts'
import { nextTurn } from '../next-turn.ts'
import { insertCallers, lockCallers, replaceCallers } from './rows.ts'
import { decodeCallers, encodeCallers } from './record.ts'

// Each row is read, and most are written: some kilobytes. On SQLite this stops everything else of the process.
const keysPerTransaction = 25

/**
 * Adds callers, some keys at a time, each in a short transaction: their rows are locked, read and rewritten, so that
 * no caller is lost and the bound is exact. Where two insert a row at once, the second starts over.
 */
export async function addCallers(database: Database, entries: readonly CallerEntry[]): Promise<void> {
  for (const { workspaceId, keyId } of entries) {
    requireStorable(workspaceId, 'entries.workspaceId')
    requireStorable(keyId, 'entries.keyId')
  }
  for (const some of chunks(callersByKey(entries), keysPerTransaction)) {
    await nextTurn()
    await transaction(database, (queries) => addSome(queries, database, some))
  }
}

async function addSome(queries: Queries, database: Database, keys: readonly CallersOfKey[]): Promise<void> {
  const stored = new Map((await lockCallers(queries, database, keys)).map((key) => [placeOf(key), key]))
  const changed = keys.flatMap((key) => {
    const before = stored.get(placeOf(key))
    if (before === undefined) return []
    const callers = mergeCallers(decodeCallers(key, before.record), key.callers)
    return encodeCallers(callers) === before.record ? [] : [{ ...key, callers }]
  })
  await replaceCallers(queries, database, changed)
  await insertCallers(
    queries,
    keys.filter((key) => !stored.has(placeOf(key))),
  )
}

function placeOf({ workspaceId, keyId }: Pick<CallersOfKey, 'workspaceId' | 'keyId'>): string {
  return JSON.stringify([workspaceId, keyId])
}
