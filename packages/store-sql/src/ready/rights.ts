import type { Tables } from '../database/tables.ts'

/** What a user of the database may be granted on a table. */
export type Right = 'select' | 'insert' | 'update' | 'delete'

const all: readonly Right[] = ['select', 'insert', 'update', 'delete']

/** What the store needs in operation. The SQL guide shows the same as `grant` statements. */
export const rights: Readonly<Record<keyof Tables, readonly Right[]>> = {
  keys: all,
  service_accounts: all,
  idempotency: ['select', 'insert', 'delete'],
  activity: all,
  changes: ['select', 'insert', 'delete'],
  usage: all,
  usage_days: all,
  usage_totals: all,
  usage_keys: all,
  usage_instances: all,
  marks: ['select', 'insert'],
  reminders: all,
  activity_lines: ['select', 'insert', 'delete'],
  followers: ['select', 'insert', 'update'],
  callers: all,
  migrations: ['select'],
  head: ['select', 'update'],
}
