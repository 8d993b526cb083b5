import type { IdempotencyRecord, Write } from '@claviger/core/store'
import { type Insertable, sql } from 'kysely'
import { accountColumns } from '../accounts.ts'
import { chunks } from '../database/chunks.ts'
import type { Queries } from '../database/database.ts'
import { requireAffected } from '../database/lost-race.ts'
import type { IdempotencyTable } from '../database/tables.ts'
import { keyColumns } from '../keys/row.ts'
import { rowId, type StoredRow } from './stored-rows.ts'

const rowsPerInsert = 64

/**
 * Writes what was judged: inserts that fail on a duplicate, and updates guarded by what the judged row was. Sorted, so
 * that two changes of the same rows meet in the same order.
 */
export async function writeRows(
  queries: Queries,
  writes: readonly Write[],
  stored: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  const sorted = writes.toSorted((a, b) => (rowId(a) < rowId(b) ? -1 : 1))
  await insertRows(
    queries,
    sorted.filter((write) => !stored.has(rowId(write))),
  )
  for (const write of sorted) {
    const row = stored.get(rowId(write))
    if (row !== undefined) await updateRow(queries, write, row)
  }
}

async function insertRows(queries: Queries, writes: readonly Write[]): Promise<void> {
  const keys = writes.flatMap((write) =>
    write.type === 'key' ? [{ ...keyColumns(write.record), writes: 1, last_used_at: null }] : [],
  )
  for (const rows of chunks(keys, rowsPerInsert)) {
    const { numInsertedOrUpdatedRows } = await queries.insertInto('keys').values(rows).executeTakeFirstOrThrow()
    requireAffected(numInsertedOrUpdatedRows, rows.length)
  }
  const accounts = writes.flatMap((write) =>
    write.type === 'serviceAccount' ? [{ ...accountColumns(write.record), writes: 1 }] : [],
  )
  for (const rows of chunks(accounts, rowsPerInsert)) {
    const insert = queries.insertInto('service_accounts').values(rows)
    requireAffected((await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows, rows.length)
  }
  const retries = writes.flatMap((write) => (write.type === 'idempotency' ? [idempotencyColumns(write.record)] : []))
  for (const rows of chunks(retries, rowsPerInsert)) {
    const insert = queries.insertInto('idempotency').values(rows)
    requireAffected((await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows, rows.length)
  }
}

async function updateRow(queries: Queries, write: Write, stored: StoredRow): Promise<void> {
  const counted = { writes: sql<number>`writes + 1` }
  const guarded = { revision: write.expectedRevision, writes: stored.writes }
  if (write.type === 'key') {
    const { numUpdatedRows } = await queries
      .updateTable('keys')
      .set({ ...keyColumns(write.record), ...counted })
      .where((eb) => eb.and({ id: write.record.id, ...guarded }))
      .executeTakeFirstOrThrow()
    requireAffected(numUpdatedRows, 1)
  } else if (write.type === 'serviceAccount') {
    const { numUpdatedRows } = await queries
      .updateTable('service_accounts')
      .set({ ...accountColumns(write.record), ...counted })
      .where((eb) => eb.and({ id: write.record.id, ...guarded }))
      .executeTakeFirstOrThrow()
    requireAffected(numUpdatedRows, 1)
  }
}

function idempotencyColumns(record: IdempotencyRecord): Insertable<IdempotencyTable> {
  return {
    workspace_id: record.workspaceId,
    actor_type: record.actor.type,
    actor_id: record.actor.id,
    idempotency_key: record.idempotencyKey,
    created_at: record.createdAt,
    record: JSON.stringify(record),
  }
}
