import type { Change, CommitResult, KeyRecord, ServiceAccount, Write } from '@claviger/core/store'
import { appendActivity } from './activity.ts'
import { type Database, idempotencyId } from './database.ts'
import { checkedWrites } from './writes.ts'

type Refusal = Extract<CommitResult, { ok: false }>

/** Carries out a change, all or nothing: every write is judged before the first is stored. */
export function commitTo(database: Database, change: Change): CommitResult {
  const writes = checkedWrites(change)
  for (const [index, write] of writes.entries()) {
    const refusal = judge(database, write, index)
    if (refusal !== undefined) return refusal
  }
  for (const write of writes) store(database, write)
  appendActivity(database.activity, change.activity)
  if (!change.silent) {
    const logged = database.log.append(change)
    database.bus.publish({ storeId: database.log.head().storeId, ...logged })
  }
  return { ok: true, head: database.log.head() }
}

function judge({ keys, accounts, idempotency }: Database, write: Write, index: number): Refusal | undefined {
  const refuse = (reason: Refusal['reason'], current: Refusal['current']): Refusal => ({
    ok: false,
    reason,
    write: index,
    current: structuredClone(current),
  })
  if (write.type === 'idempotency') {
    const stored = idempotency.get(idempotencyId(write.record))
    return stored === undefined ? undefined : refuse('conflict', stored)
  }
  const stored = (write.type === 'key' ? keys : accounts).get(write.record.id) ?? null
  if ((stored?.revision ?? 0) !== write.expectedRevision) return refuse('conflict', stored)
  if (stored !== null && movesHome(stored, write.record)) return refuse('conflict', stored)
  return stored !== null && revives(stored, write.record) ? refuse('final', stored) : undefined
}

type Stored = KeyRecord | ServiceAccount

function movesHome(stored: Stored, written: Stored): boolean {
  return stored.workspaceId !== written.workspaceId || environmentOf(stored) !== environmentOf(written)
}

function environmentOf(record: Stored): string | null {
  return 'environment' in record ? record.environment : null
}

function revives(stored: Stored, written: Stored): boolean {
  return 'revokedAt' in stored && stored.revokedAt !== null && 'revokedAt' in written && written.revokedAt === null
}

function store({ keys, accounts, idempotency }: Database, write: Write): void {
  switch (write.type) {
    case 'key':
      keys.set({ ...write.record, lastUsedAt: keys.get(write.record.id)?.lastUsedAt ?? null })
      break
    case 'serviceAccount':
      accounts.set(write.record)
      break
    case 'idempotency':
      idempotency.set(idempotencyId(write.record), write.record)
  }
}
