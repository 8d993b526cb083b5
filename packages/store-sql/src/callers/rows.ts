import type { CallersOfKey, CallersQuery } from '@claviger/core/store'
import { type ExpressionBuilder, type ExpressionWrapper, sql, type SqlBool } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { isLight } from '../database/light.ts'
import type { Tables } from '../database/tables.ts'
import { chunks } from '../database/values.ts'
import { encodeCallers } from './record.ts'

const rowsPerInsert = 50

/** A row of callers. */
export interface CallersRow extends CallersQuery {
  /** As `encodeCallers` writes it. Empty where it is too long to be read. */
  readonly record: string
}

/** Reads the callers of keys and locks their rows, in the order of the rows whatever the order of the keys. */
export async function lockCallers(
  queries: Queries,
  { dialect }: Database,
  keys: readonly CallersQuery[],
): Promise<readonly CallersRow[]> {
  if (keys.length === 0) return []
  const rows = await queries
    .selectFrom('callers')
    .select(['workspace_id', 'key_id'])
    .select(sql<string>`case when ${isLight(dialect)} then record else '' end`.as('record'))
    .where((eb) => isOneOf(eb, dialect, keys))
    .orderBy('workspace_id')
    .orderBy('key_id')
    .modifyEnd(dialect.rowLock)
    .execute()
  return rows.map(({ workspace_id: workspaceId, key_id: keyId, record }) => ({ workspaceId, keyId, record }))
}

/** Inserts the callers of keys that have none. Where someone else did so at the same time, it fails. */
export async function insertCallers(queries: Queries, keys: readonly CallersOfKey[]): Promise<void> {
  for (const some of chunks(keys, rowsPerInsert)) await queries.insertInto('callers').values(some.map(rowOf)).execute()
}

/** Replaces the callers of keys whose rows are locked. */
export async function replaceCallers(
  queries: Queries,
  { dialect }: Database,
  keys: readonly CallersOfKey[],
): Promise<void> {
  const columns = ['oldest_at', 'record'].map((column) => sql`${sql.ref(column)} = ${dialect.incoming(column)}`)
  for (const some of chunks(keys, rowsPerInsert)) {
    await queries
      .insertInto('callers')
      .values(some.map(rowOf))
      .modifyEnd(sql`${dialect.onDuplicate(['workspace_id', 'key_id'])} ${sql.join(columns)}`)
      .execute()
  }
}

/** Removes the rows of keys. */
export async function deleteCallers(
  queries: Queries,
  { dialect }: Database,
  keys: readonly CallersQuery[],
): Promise<void> {
  if (keys.length === 0) return
  await queries
    .deleteFrom('callers')
    .where((eb) => isOneOf(eb, dialect, keys))
    .execute()
}

function rowOf({ workspaceId, keyId, callers }: CallersOfKey) {
  const oldest_at = Math.min(...callers.map(({ lastUsedAt }) => lastUsedAt))
  return { workspace_id: workspaceId, key_id: keyId, oldest_at, record: encodeCallers(callers) }
}

function isOneOf(
  eb: ExpressionBuilder<Tables, 'callers'>,
  dialect: Database['dialect'],
  keys: readonly CallersQuery[],
): ExpressionWrapper<Tables, 'callers', SqlBool> {
  const workspaces = new Map<string, string[]>()
  for (const { workspaceId, keyId } of keys) {
    const known = workspaces.get(workspaceId)
    if (known === undefined) workspaces.set(workspaceId, [keyId])
    else known.push(keyId)
  }
  return eb.or(
    [...workspaces].map(([workspaceId, keyIds]) =>
      eb.and([eb('workspace_id', '=', workspaceId), dialect.oneOf(eb.ref('key_id'), keyIds)]),
    ),
  )
}
