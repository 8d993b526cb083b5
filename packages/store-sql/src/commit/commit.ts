import {
  requireMeantFor,
  type Change,
  parseWrites,
  type CommitResult,
  type Head,
  judgeWrite,
  type Write,
} from '@claviger/core/store'
import { appendActivity } from '../activity.ts'
import { appendLines } from '../activity-lines.ts'
import { lockHead, moveHead, readHead } from '../changes/head.ts'
import type { Database, Queries } from '../database/database.ts'
import { transaction } from '../database/transaction.ts'
import { requireStorableChange } from './storable.ts'
import { lockStoredRows, rowId, type StoredRow } from './stored-rows.ts'
import { writeRows } from './write-rows.ts'

/** Carries out a change in one transaction: locks what is stored, judges every write by it, and only then writes. */
export async function commitTo(database: Database, change: Change): Promise<CommitResult> {
  const writes = parseWrites(change)
  requireStorableChange(writes, change)
  return transaction(database, async (queries) =>
    carryOut(queries, database, change, writes, await lockStoredRows(queries, database, writes)),
  )
}

/**
 * Judges and writes within a transaction that holds the stored rows. The head comes last: from there to the commit no
 * one else can move it, so that epochs commit in their order.
 */
export async function carryOut(
  queries: Queries,
  database: Database,
  change: Change,
  writes: readonly Write[],
  stored: ReadonlyMap<string, StoredRow>,
): Promise<CommitResult> {
  const refusal = firstRefusal(writes, stored)
  if (refusal !== undefined) {
    if (change.storeId !== undefined) requireMeantFor(change, (await readHead(queries)).storeId)
    return refusal
  }
  await writeRows(queries, database, writes, stored)
  await appendActivity(queries, database, change.activity)
  const head = await headAfter(queries, database, change)
  await appendLines(queries, change.activity)
  // Whatever was written for another store is rolled back.
  requireMeantFor(change, head.storeId)
  return { ok: true, head }
}

/** Lines are numbered while the head is held, also those of a silent change, which leaves it where it is. */
async function headAfter(queries: Queries, database: Database, change: Change): Promise<Head> {
  if (!change.silent) return moveHead(queries, database, change)
  return change.activity.length === 0 ? readHead(queries) : lockHead(queries, database)
}

function firstRefusal(
  writes: readonly Write[],
  stored: ReadonlyMap<string, StoredRow>,
): Extract<CommitResult, { ok: false }> | undefined {
  for (const [index, write] of writes.entries()) {
    const record = stored.get(rowId(write))?.record ?? null
    const reason = judgeWrite(write, record)
    if (reason !== undefined) return { ok: false, reason, write: index, current: record === 'corrupt' ? null : record }
  }
  return undefined
}
