import {
  requireMeantFor,
  type Change,
  parseTargets,
  parseWrites,
  type CommitResult,
  requireLocked,
  idempotencyId,
  judgeWrite,
  type KeyRecord,
  type LockedRecord,
  type LockTarget,
  type Write,
} from '@claviger/core/store'
import type { Database } from './database.ts'

type Refusal = Extract<CommitResult, { ok: false }>

/** Carries out a change, all or nothing: every write is judged before the first is stored. */
export function commitTo(database: Database, change: Change): CommitResult {
  const writes = parseWrites(change)
  requireMeantFor(change, database.log.head().storeId)
  for (const [index, write] of writes.entries()) {
    const refusal = judge(database, write, index)
    if (refusal !== undefined) return refusal
  }
  for (const write of writes) store(database, write)
  for (const entry of structuredClone(change.activity)) {
    database.activity.append(entry)
    database.lines.append(entry)
  }
  if (!change.silent) {
    const logged = database.log.append(change)
    database.bus.publish({ storeId: database.log.head().storeId, ...logged })
  }
  return { ok: true, head: database.log.head() }
}

/** Reads, asks and carries out in one go: nothing else runs in between. */
export function commitLocked(
  database: Database,
  unchecked: readonly LockTarget[],
  decide: (stored: readonly LockedRecord[]) => Change | undefined,
): CommitResult | undefined {
  const targets = parseTargets(unchecked)
  const { keys, accounts } = database
  const change = decide(
    targets.map(({ type, id }) => structuredClone((type === 'key' ? keys : accounts).get(id) ?? null)),
  )
  if (change === undefined) return undefined
  requireLocked(change.writes, targets)
  return commitTo(database, change)
}

function judge(database: Database, write: Write, index: number): Refusal | undefined {
  const current = stored(database, write)
  const reason = judgeWrite(write, current)
  return reason === undefined ? undefined : { ok: false, reason, write: index, current: structuredClone(current) }
}

function stored({ keys, accounts, idempotency }: Database, write: Write): Refusal['current'] {
  if (write.type === 'idempotency') return idempotency.get(idempotencyId(write.record)) ?? null
  return (write.type === 'key' ? keys : accounts).get(write.record.id) ?? null
}

function store({ keys, due, accounts, idempotency }: Database, write: Write): void {
  switch (write.type) {
    case 'key': {
      const record = { ...write.record, lastUsedAt: lastUseOf(keys.get(write.record.id), write.record) }
      keys.set(record)
      due.set(record)
      break
    }
    case 'serviceAccount':
      accounts.set(write.record)
      break
    case 'idempotency':
      idempotency.set(idempotencyId(write.record), write.record)
  }
}

/** A new key may bring its last use along; of one that is there, only `addUsage` knows it. */
function lastUseOf(stored: KeyRecord | undefined, written: KeyRecord): number | null {
  return stored === undefined ? written.lastUsedAt : stored.lastUsedAt
}
