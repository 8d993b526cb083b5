import type { IdempotencyRecord, Write } from '@claviger/core/store'
import { type Insertable, sql } from 'kysely'
import { chunks } from '../database/values.ts'
import type { Database, Queries } from '../database/database.ts'
import { requireAffected } from '../database/transaction.ts'
import type { IdempotencyTable } from '../database/tables.ts'
import { writeReminders } from '../reminders/write.ts'
import { columnsOf, kinds, kindTypes, newColumnsOf, revised } from './kinds.ts'
import { rowId, type StoredRow } from './stored-rows.ts'

const rowsPerInsert = 64

/**
 * Writes what was judged: inserts that fail on a duplicate, and updates guarded by what the judged row was. Sorted, so
 * that two changes of the same rows meet in the same order.
 */
export async function writeRows(
  queries: Queries,
  { dialect }: Pick<Database, 'dialect'>,
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
  await writeReminders(queries, dialect, sorted, stored)
}

async function insertRows(queries: Queries, writes: readonly Write[]): Promise<void> {
  for (const type of kindTypes) {
    const rows = writes.flatMap((write) => {
      const columns = write.type === type ? newColumnsOf(write) : undefined
      return columns === undefined ? [] : [{ ...columns, writes: 1 }]
    })
    for (const some of chunks(rows, rowsPerInsert)) {
      const insert = revised(queries).insertInto(kinds[type].table).values(some)
      requireAffected((await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows, some.length)
    }
  }
  const retries = writes.flatMap((write) => (write.type === 'idempotency' ? [idempotencyColumns(write.record)] : []))
  for (const some of chunks(retries, rowsPerInsert)) {
    const insert = queries.insertInto('idempotency').values(some)
    requireAffected((await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows, some.length)
  }
}

async function updateRow(queries: Queries, write: Write, stored: StoredRow): Promise<void> {
  const columns = columnsOf(write)
  if (columns === undefined || write.type === 'idempotency') return
  const { numUpdatedRows } = await revised(queries)
    .updateTable(kinds[write.type].table)
    .set({ ...columns, writes: sql<number>`writes + 1` })
    .where((eb) => eb.and({ id: write.record.id, writes: stored.writes }))
    .executeTakeFirstOrThrow()
  requireAffected(numUpdatedRows, 1)
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
