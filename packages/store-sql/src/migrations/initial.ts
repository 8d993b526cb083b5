import type { Naming } from '../database/table-names.ts'
import type { SqlDialect } from '../database/dialect.ts'
import type { Migration } from './migration.ts'
import { createTable, insertOnce, tableName, type TableShape } from './table-shape.ts'

const counts = {
  requests: 'integer',
  allowed: 'integer',
  client_errors: 'integer',
  server_errors: 'integer',
  last_used_at: 'integer',
} as const

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
      // One for each condition that a listing may have: see keys/candidates.ts.
      list: ['workspace_id', '-created_at', 'id'],
      owner: ['workspace_id', 'owner_type', 'owner_id', '-created_at', 'id'],
      environment: ['workspace_id', 'environment', '-created_at', 'id'],
      name: ['workspace_id', 'name_folded'],
      last4: ['workspace_id', 'last4', '-created_at', 'id'],
      rotation: ['workspace_id', 'secret_created_at'],
      overlap: ['workspace_id', 'previous_ends_at'],
      expiry: ['workspace_id', 'expires_at'],
      state: ['workspace_id', 'revoked_at', 'disabled_at', 'expires_at'],
      owner_gone: ['workspace_id', 'owner_gone_at'],
      age: ['revoked_at'],
      end: ['expires_at'],
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
      // 1 or 0. A condition on `deleted_at is null` would keep PostgreSQL from reading in order.
      living: 'integer',
      deleted_at: 'integer?',
      record: 'document',
    },
    primaryKey: ['id'],
    indexes: {
      list: ['workspace_id', '-created_at', 'id'],
      living: ['workspace_id', 'living', '-created_at', 'id'],
      age: ['deleted_at'],
    },
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
      actor: ['workspace_id', 'actor_type', 'actor_id', '-created_at', 'id'],
      action: ['workspace_id', 'action', '-created_at', 'id'],
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
      ...counts,
    },
    primaryKey: ['workspace_id', 'key_id', 'hour', 'version', 'code'],
    indexes: { age: ['hour'] },
  },
  {
    name: 'usage_days',
    columns: {
      workspace_id: 'reference',
      key_id: 'reference',
      day: 'integer',
      code: 'label',
      ...counts,
      // The day again, for the index of the busiest alone: a query for a few keys within some days must not be led into
      // it, and through all keys of those days.
      listed_day: 'integer',
    },
    primaryKey: ['workspace_id', 'key_id', 'day', 'code'],
    indexes: { busiest: ['workspace_id', 'listed_day', 'code', '-requests', 'key_id'], age: ['day'] },
  },
  {
    name: 'usage_totals',
    columns: { workspace_id: 'reference', span: 'label', start: 'integer', code: 'label', ...counts },
    primaryKey: ['workspace_id', 'span', 'start', 'code'],
    indexes: { age: ['start'] },
  },
  {
    name: 'usage_keys',
    columns: { workspace_id: 'reference', key_id: 'reference', last_hour: 'integer' },
    primaryKey: ['workspace_id', 'key_id'],
    indexes: { recent: ['workspace_id', 'last_hour', 'key_id'], age: ['last_hour'] },
  },
  {
    name: 'usage_instances',
    columns: { instance_id: 'reference', sequence: 'integer', part: 'integer', seen_at: 'integer' },
    primaryKey: ['instance_id'],
    indexes: { age: ['seen_at'] },
  },
  {
    name: 'marks',
    columns: { store_id: 'reference', name: 'reference', content: 'reference' },
    primaryKey: ['store_id', 'name'],
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

// Made by the database, not by the printed text: two databases set up from one file are two stores.
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
