import type { IdempotencyRecord, KeyRecord, ServiceAccountRecord } from './records.ts'
import type { CommitResult, Write } from './store.ts'

type Reason = Extract<CommitResult, { ok: false }>['reason']
type Revised = KeyRecord | ServiceAccountRecord

/**
 * Why a write must not be carried out over what is stored now; undefined when it may. For stores: the rule of `commit`.
 *
 * @param stored what is stored under the id of the written record; null for nothing, `'corrupt'` for nothing readable
 */
export function judgeWrite(
  write: Write,
  stored: KeyRecord | ServiceAccountRecord | IdempotencyRecord | 'corrupt' | null,
): Reason | undefined {
  if (stored === null) return write.expectedRevision === 0 ? undefined : 'conflict'
  if (stored === 'corrupt' || write.type === 'idempotency' || !('revision' in stored)) return 'conflict'
  if (stored.revision !== write.expectedRevision || movesHome(stored, write.record)) return 'conflict'
  return revives(stored, write.record) ? 'final' : undefined
}

function movesHome(stored: Revised, written: Revised): boolean {
  return stored.workspaceId !== written.workspaceId || environmentOf(stored) !== environmentOf(written)
}

function environmentOf(record: Revised): string | null {
  return 'environment' in record ? record.environment : null
}

function revives(stored: Revised, written: Revised): boolean {
  return 'revokedAt' in stored && stored.revokedAt !== null && 'revokedAt' in written && written.revokedAt === null
}
