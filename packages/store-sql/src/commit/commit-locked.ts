import {
  type Change,
  parseTargets,
  parseWrites,
  type CommitResult,
  requireLocked,
  type LockedRecord,
  type LockTarget,
} from '@claviger/core/store'
import type { Database } from '../database/database.ts'
import { patientTransaction } from '../database/transaction.ts'
import { carryOut } from './commit.ts'
import { requireStorableChange } from './storable.ts'
import { lockTargets, readIdempotencyRows, targetId } from './stored-rows.ts'

/**
 * Decides while the rows are locked, in the transaction that then writes them. A transaction that locks a row waits in
 * line for it.
 */
export async function commitLocked(
  database: Database,
  unchecked: readonly LockTarget[],
  decide: (stored: readonly LockedRecord[]) => Change | undefined,
): Promise<CommitResult | undefined> {
  const targets = parseTargets(unchecked)
  return patientTransaction(database, async (queries) => {
    const stored = await lockTargets(queries, database, targets)
    const change = decide(targets.map((target) => stored.get(targetId(target))?.record ?? null) as LockedRecord[])
    if (change === undefined) return undefined
    requireLocked(change.writes, targets)
    const writes = parseWrites(change)
    requireStorableChange(writes, change)
    const rows = new Map([...stored, ...(await readIdempotencyRows(queries, writes))])
    return carryOut(queries, database, change, writes, rows)
  })
}
