import type { Naming } from '../database/table-names.ts'
import type { SqlDialect } from '../database/dialect.ts'
import type { Migration } from './migration.ts'
import { createTable, insertOnce, tableName, type TableShape } from './table-shape.ts'

const tables: readonly TableShape[] = [
  {
    name: 'reminders',
    columns: {
      key_id: 'keyId',
      expiring: 'integer?',
      rotation_due: 'integer?',
      unused: 'integer?',
      owner_gone: 'integer?',
      ends_at: 'integer?',
    },
    primaryKey: ['key_id'],
    indexes: {
      expiring: ['expiring', 'key_id'],
      rotation_due: ['rotation_due', 'key_id'],
      unused: ['unused', 'key_id'],
      owner_gone: ['owner_gone', 'key_id'],
      end: ['ends_at'],
    },
  },
  {
    name: 'activity_lines',
    columns: { line: 'integer', workspace_id: 'reference', created_at: 'integer', id: 'reference' },
    primaryKey: ['line'],
    indexes: { entry: ['created_at', 'workspace_id', 'id'] },
  },
  {
    name: 'followers',
    columns: { name: 'reference', holder: 'reference', held_until: 'integer', position: 'integer?' },
    primaryKey: ['name'],
  },
  {
    name: 'callers',
    columns: { workspace_id: 'reference', key_id: 'reference', oldest_at: 'integer', record: 'document' },
    primaryKey: ['workspace_id', 'key_id'],
    indexes: { age: ['oldest_at'] },
  },
]

/**
 * Tables for questions about all workspaces: which keys need a reminder, what comes next in the log, and who reads it. And who
 * used which key.
 * No table that is there changes, so that the processes of the older version go on. What restricts a key has no column:
 * no statement asks for it, and it is stored in the record.
 */
export const recordVersion2: Migration = {
  version: 2,
  name: 'record-version-2',
  statements: (dialect, naming) => [
    ...tables.flatMap((table) => createTable(dialect, naming, table)),
    ...dialect.schemaWords.beforeCopy,
    copyReminders(dialect, naming),
  ],
}

/** The keys that are there were never reminded of. */
function copyReminders(dialect: SqlDialect, naming: Naming): string {
  const quoted = (identifier: string): string => `${dialect.quote}${identifier}${dialect.quote}`
  const expiresAt = quoted('expires_at')
  const row = {
    key_id: quoted('id'),
    expiring: expiresAt,
    rotation_due: quoted('secret_created_at'),
    unused: `coalesce(${quoted('last_used_at')}, ${quoted('created_at')})`,
    owner_gone: quoted('owner_gone_at'),
    ends_at: expiresAt,
  }
  const source = `${tableName(dialect, naming, 'keys')} where ${quoted('revoked_at')} is null`
  return insertOnce(dialect, naming, 'reminders', row, source)
}
