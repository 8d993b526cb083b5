import { type IdempotencyRecord, type KeyRecord, type ServiceAccount, type Write } from '@claviger/core/store'
import { type Insertable, sql } from 'kysely'
import { accountColumns } from '../accounts.ts'
import type { Queries } from '../database/database.ts'
import { assertAffected } from '../database/lost-race.ts'
import type { IdempotencyTable } from '../database/tables.ts'
import { keyColumns } from '../keys/row.ts'
import { chunks } from './chunks.ts'
import { rowId, type StoredRow } from './stored-rows.ts'

const rowsPerInsert = 64

/**
 * Writes what was judged: inserts by an `insert` that fails on a duplicate, updates guarded by what the judged row was.
 * Sorted, so that two changes to the same rows meet in the same order.
 */
export async function writeRows(
  queries: Queries,
  writes: readonly Write[],
  stored: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  const sorted = writes.toSorted((a, b) => (rowId(a) < rowId(b) ? -1 : 1))
  await insertRows(queries, sorted.filter(({ expectedRevision }) => expectedRevision === 0))
  for (const write of sorted) {
    if (write.type === 'idempotency' || write.expectedRevision === 0) continue
    await updateRow(queries, write, stored.get(rowId(write))?.writes ?? 0)
  }
}

async function insertRows(queries: Queries, writes: readonly Write[]): Promise<void> {
  for (const some of chunks(recordsOf<KeyRecord>(writes, 'key'), rowsPerInsert)) {
    const rows = some.map((record) => ({ ...keyColumns(record), writes: 1, last_used_at: null }))
    assertAffected([await insertedBy(queries.insertInto('keys').values(rows))], rows.length)
  }
  for (const some of chunks(recordsOf<ServiceAccount>(writes, 'serviceAccount'), rowsPerInsert)) {
    const rows = some.map((account) => ({ ...accountColumns(account), writes: 1 }))
    assertAffected([await insertedBy(queries.insertInto('service_accounts').values(rows))], rows.length)
  }
  for (const some of chunks(recordsOf<IdempotencyRecord>(writes, 'idempotency'), rowsPerInsert)) {
    const rows = some.map(idempotencyColumns)
    assertAffected([await insertedBy(queries.insertInto('idempotency').values(rows))], rows.length)
  }
}
