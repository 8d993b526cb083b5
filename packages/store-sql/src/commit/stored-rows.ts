import {
  decodeIdempotencyRecord,
  type IdempotencyRecord,
  idempotencyId,
  type KeyRecord,
  type LockTarget,
  type ServiceAccountRecord,
  type Write,
} from '@claviger/core/store'
import type { Selectable } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import type { IdempotencyTable } from '../database/tables.ts'
import { integer, isStorable } from '../database/values.ts'
import { kinds, kindTypes, revised } from './kinds.ts'

/** A row as the transaction found it, and locked it. */
export interface StoredRow {
  readonly record: KeyRecord | ServiceAccountRecord | IdempotencyRecord | 'corrupt'
  /** How often it was written; 0 for an idempotency row, which is written once. */
  readonly writes: number
}

/** Reads and locks what a change writes over, by `rowId` of the writes. */
export async function lockStoredRows(
  queries: Queries,
  database: Database,
  writes: readonly Write[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const targets = writes.flatMap((write) =>
    write.type === 'idempotency' ? [] : [{ type: write.type, id: write.record.id }],
  )
  return new Map([...(await lockTargets(queries, database, targets)), ...(await readIdempotencyRows(queries, writes))])
}

/** Reads and locks keys and service accounts, by `targetId`. Rows are locked in the order of their ids. */
export async function lockTargets(
  queries: Queries,
  { dialect }: Database,
  targets: readonly LockTarget[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const rows = new Map<string, StoredRow>()
  for (const type of kindTypes) {
    const { table, read } = kinds[type]
    const ids = idsOf(targets, type)
    if (ids.length === 0) continue
    const found = await revised(queries)
      .selectFrom(table)
      .selectAll()
      .where((eb) => dialect.oneOf(eb.ref('id'), ids))
      .orderBy('id')
      .modifyEnd(dialect.rowLock)
      .execute()
    for (const row of found) {
      rows.set(targetId({ type, id: row.id }), { record: read(row), writes: integer(row.writes) })
    }
  }
  return rows
}

/** Reads the idempotency rows a change writes, by `rowId`. They are only ever inserted: there is nothing to lock. */
export async function readIdempotencyRows(
  queries: Queries,
  writes: readonly Write[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const rows = new Map<string, StoredRow>()
  for (const write of writes) {
    if (write.type !== 'idempotency') continue
    const row = await queries
      .selectFrom('idempotency')
      .selectAll()
      .where('workspace_id', '=', write.record.workspaceId)
      .where('actor_type', '=', write.record.actor.type)
      .where('actor_id', '=', write.record.actor.id)
      .where('idempotency_key', '=', write.record.idempotencyKey)
      .executeTakeFirst()
    if (row !== undefined) rows.set(rowId(write), { record: readIdempotency(row), writes: 0 })
  }
  return rows
}

/** What tells one written record from every other. */
export function rowId(write: Write): string {
  return `${write.type} ${write.type === 'idempotency' ? idempotencyId(write.record) : write.record.id}`
}

/** The `rowId` of writes to this target. */
export function targetId({ type, id }: LockTarget): string {
  return `${type} ${id}`
}

function readIdempotency(row: Selectable<IdempotencyTable>): IdempotencyRecord | 'corrupt' {
  try {
    return decodeIdempotencyRecord(row.record)
  } catch {
    return 'corrupt'
  }
}

function idsOf(targets: readonly LockTarget[], type: LockTarget['type']): readonly string[] {
  return targets.flatMap((target) => (target.type === type && isStorable(target.id) ? [target.id] : []))
}
