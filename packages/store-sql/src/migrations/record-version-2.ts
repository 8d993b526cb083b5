import type { Migration } from './migration.ts'
import { createIndex } from './table-shape.ts'

/**
 * For questions about the keys of all workspaces. What restricts a key has no column: no statement asks for it, and it
 * is stored in the record.
 */
export const recordVersion2: Migration = {
  version: 2,
  name: 'record-version-2',
  statements: (dialect, naming) => [
    ...createIndex(dialect, naming, 'keys', 'due_rotation', ['secret_created_at', 'id']),
    ...createIndex(dialect, naming, 'keys', 'due_owner_gone', ['owner_gone_at', 'id']),
  ],
}
