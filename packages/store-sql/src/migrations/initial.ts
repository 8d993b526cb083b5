import type { Naming } from '../database/table-names.ts'
import type { SqlDialect } from '../dialects/dialect.ts'
import type { Migration } from './migration.ts'
import { createTable, insertOnce, tableName, type TableShape } from './table-shape.ts'

const tables: readonly TableShape[] = [
  {
    name: 'keys',
    columns: {
      id: 'keyId',
      workspace_id: 'reference',
      revision: 'integer',
      writes: 'integer',
      created_at: 'integer',
      environment: 'label',
      owner_type: 'label',
      owner_id: 'reference',
      name_folded: 'name',
      last4: 'label',
      secret_created_at: 'integer',
      previous_ends_at: 'integer?',
      expires_at: 'integer?',
      disabled_at: 'integer?',
      revoked_at: 'integer?',
      owner_gone_at: 'integer?',
      // In no index: every flush of usage would have to move the row in all of them.
      last_used_at: 'integer?',
      record: 'document',
    },
    primaryKey: ['id'],
    indexes: {
      list: ['workspace_id', '-created_at', 'id'],
      owner: ['workspace_id', 'owner_id', '-created_at', 'id'],
      name: ['workspace_id', 'name_folded'],
      last4: ['workspace_id', 'last4'],
      rotation: ['workspace_id', 'secret_created_at'],
      expiry: ['workspace_id', 'expires_at'],
      owner_gone: ['workspace_id', 'owner_gone_at'],
      revoked: ['revoked_at'],
    },
  },
  {
    name: 'service_accounts',
    columns: {
      id: 'reference',
      workspace_id: 'reference',
      revision: 'integer',
      writes: 'integer',
      created_at: 'integer',
      deleted_at: 'integer?',
      record: 'document',
    },
    primaryKey: ['id'],
    indexes: { list: ['workspace_id', '-created_at', 'id'], deleted: ['deleted_at'] },
  },
  {
    name: 'idempotency',
    columns: {
      workspace_id: 'reference',
      actor_type: 'label',
      actor_id: 'reference',
      idempotency_key: 'reference',
      created_at: 'integer',
      record: 'document',
    },
    primaryKey: ['workspace_id', 'actor_type', 'actor_id', 'idempotency_key'],
    indexes: { age: ['created_at'] },
  },
  {
    name: 'activity',
    columns: {
      workspace_id: 'reference',
      created_at: 'integer',
      id: 'reference',
      actor_type: 'label',
      actor_id: 'reference',
      action: 'reference',
      target_id: 'reference',
      record: 'document',
    },
    primaryKey: ['workspace_id', 'created_at', 'id'],
    indexes: {
      list: ['workspace_id', '-created_at', 'id'],
      target: ['workspace_id', 'target_id', '-created_at', 'id'],
      age: ['created_at'],
    },
  },
  {
    name: 'head',
    columns: { id: 'integer', store_id: 'reference', epoch: 'integer', nonce: 'reference' },
    primaryKey: ['id'],
  },
  {
    name: 'changes',
    columns: { epoch: 'integer', nonce: 'reference', announcements: 'document' },
    primaryKey: ['epoch'],
  },
  {
    name: 'usage',
    columns: {
      workspace_id: 'reference',
      key_id: 'reference',
      version: 'integer',
      hour: 'integer',
      code: 'label',
      requests: 'integer',
      allowed: 'integer',
      client_errors: 'integer',
      server_errors: 'integer',
      last_used_at: 'integer',
    },
    primaryKey: ['workspace_id', 'key_id', 'version', 'hour', 'code'],
    indexes: { hour: ['workspace_id', 'hour'], age: ['hour'] },
  },
  {
    name: 'usage_instances',
    columns: { instance_id: 'reference', sequence: 'integer', seen_at: 'integer' },
    primaryKey: ['instance_id'],
    indexes: { age: ['seen_at'] },
  },
]

/** All tables, and the head at epoch 0 with its entry in the log. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  statements: (dialect, naming) => [
    ...tables.flatMap((table) => createTable(dialect, naming, table)),
    ...firstHead(dialect, naming),
  ],
}

// Made by the database, not by whoever prints the text: two databases set up from one file are two stores.
function firstHead(dialect: SqlDialect, naming: Naming): readonly string[] {
  const random = dialect.schemaWords.randomText
  const quoted = (identifier: string): string => `${dialect.quote}${identifier}${dialect.quote}`
  // Run again on a store in use, it adds nothing: its log may have left the first entry behind.
  const fresh = `${tableName(dialect, naming, 'head')} where ${quoted('epoch')} = 0`
  return [
    insertOnce(dialect, naming, 'head', { id: '1', store_id: random, epoch: '0', nonce: random }),
    insertOnce(dialect, naming, 'changes', { epoch: '0', nonce: quoted('nonce'), announcements: `'[]'` }, fresh),
  ]
}
