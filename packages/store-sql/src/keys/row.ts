import { decodeKeyRecord, encodeKeyRecord, type KeyRecord, storedRevision } from '@claviger/core/store'
import type { Insertable, Selectable } from 'kysely'
import { integer, nullableInteger } from '../database/values.ts'
import type { KeysTable } from '../database/tables.ts'

const latestInstant = 8.64e15

/** What of a key has columns of its own. They repeat what the record says, so that statements can ask for it. */
type KeyColumns = Omit<Insertable<KeysTable>, 'record' | 'writes' | 'last_used_at'>

/** The columns that `readKey` compares with the record, and the last use. */
export const keyColumnNames: readonly (keyof KeysTable)[] = [
  'id',
  'workspace_id',
  'revision',
  'created_at',
  'environment',
  'owner_type',
  'owner_id',
  'name_folded',
  'last4',
  'secret_created_at',
  'previous_ends_at',
  'expires_at',
  'disabled_at',
  'revoked_at',
  'owner_gone_at',
  'last_used_at',
]

/** The columns of a key but for the last use, which no commit writes of a key that is there. */
export function keyColumns(record: KeyRecord): KeyColumns & { readonly record: string } {
  return { ...queriedColumns(record), record: encodeKeyRecord({ ...record, lastUsedAt: null }) }
}

/** Reads a key. A row whose columns and record disagree is corrupt: no one could tell which of them to believe. */
export function readKey(row: Selectable<KeysTable>): KeyRecord | 'corrupt' {
  try {
    const record = decodeKeyRecord(row.record)
    const lastUsedAt = nullableInteger(row.last_used_at, 'lastUsedAt')
    return agrees(row, record) && isInstant(lastUsedAt) ? { ...record, lastUsedAt } : 'corrupt'
  } catch {
    return 'corrupt'
  }
}

// The record was read field by field; this one comes from beside it, and a second reading of all would be for nothing.
function isInstant(at: number | null): boolean {
  return at === null || (at >= 0 && at <= latestInstant)
}

function agrees(row: Selectable<KeysTable>, record: KeyRecord): boolean {
  const columns = queriedColumns(record)
  return (Object.keys(columns) as (keyof KeyColumns)[]).every((column) => {
    const expected = columns[column]
    const stored = row[column]
    return typeof expected === 'number' ? integer(stored) === expected : stored === expected
  })
}

function queriedColumns(record: KeyRecord): KeyColumns {
  const [current, previous] = record.secrets
  return {
    id: record.id,
    workspace_id: record.workspaceId,
    revision: storedRevision(record),
    created_at: record.createdAt,
    environment: record.environment,
    owner_type: record.owner.type,
    owner_id: record.owner.id,
    name_folded: record.name.toLowerCase(),
    last4: current.hint.slice(-4),
    secret_created_at: current.createdAt,
    previous_ends_at: previous?.endsAt ?? null,
    expires_at: record.expiresAt,
    disabled_at: record.disabledAt,
    revoked_at: record.revokedAt,
    owner_gone_at: record.ownerGoneAt,
  }
}
