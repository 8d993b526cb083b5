import { isDeepStrictEqual } from 'node:util'
import { type TrialRecords, trialRecords, UnavailableError, type Write } from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import { appendActivity } from '../activity.ts'
import { moveHead } from '../changes/head.ts'
import { lockStoredRows, rowId, type StoredRow } from '../commit/stored-rows.ts'
import { writeRows } from '../commit/write-rows.ts'
import type { Database, Queries } from '../database/database.ts'
import { integer } from '../database/values.ts'
import type { Tables } from '../database/tables.ts'
import { transaction } from '../database/transaction.ts'
import { type Right, rights } from './rights.ts'
import { addBatch } from '../usage/add.ts'

/** What was tried last. */
export interface Attempt {
  readonly right: Right
  readonly table: keyof Tables
}

/** Ends the transaction of a trial: everything in it is undone. */
class TrialOver extends Error {}

/** What was read is not what was written. */
export class ChangedValueError extends Error {}

/**
 * Does once what the store does in operation, with rows of its own, in a transaction that is rolled back: nothing of it
 * is ever seen, and processes that do it at once do not wait for each other but for the head, which comes last.
 *
 * @param note called with each attempt before it is made
 */
export async function tryEverything(database: Database, note: (attempt: Attempt) => void): Promise<void> {
  const trial = transaction(database, async (queries) => {
    const records = trialRecords()
    await tryRights(queries, records, note)
    await tryWriting({ ...database, queries, reads: queries }, records)
    await tryHead({ ...database, queries }, records, note)
    throw new TrialOver()
  })
  await trial.catch((error: unknown) => {
    if (!(error instanceof TrialOver)) throw error
  })
}

/** Each right on each table, by a statement that needs that one. The head is left for last. */
async function tryRights(queries: Queries, records: TrialRecords, note: (attempt: Attempt) => void): Promise<void> {
  const places = placesOf(records)
  for (const table of Object.keys(rights) as (keyof Tables)[]) {
    if (table === 'head') continue
    for (const right of rights[table]) {
      note({ right, table })
      await statementFor(right, table, places[table]).execute(queries)
    }
  }
}

type Place = Readonly<Record<string, string | number>>

function statementFor(
  right: Right,
  table: keyof Tables,
  { key, rest }: { key: Place; rest: Place },
): RawBuilder<unknown> {
  const [name, columns] = [sql.table(table), Object.entries(key)]
  const [first = ''] = Object.keys(key)
  const where = sql.join(
    columns.map(([column, value]) => sql`${sql.ref(column)} = ${value}`),
    sql` and `,
  )
  switch (right) {
    case 'select':
      return sql`select ${sql.ref(first)} from ${name} where ${where}`
    case 'insert': {
      const row = Object.entries({ ...key, ...rest })
      const names = sql.join(row.map(([column]) => sql.ref(column)))
      return sql`insert into ${name} (${names}) values (${sql.join(row.map(([, value]) => value))})`
    }
    case 'update':
      return sql`update ${name} set ${sql.ref(first)} = ${key[first] ?? ''} where ${where}`
    case 'delete':
      return sql`delete from ${name} where ${where}`
  }
}

/** A row of each table that no other row stands in the way of. */
function placesOf({
  key: { id, workspaceId, createdAt },
}: TrialRecords): Readonly<Record<keyof Tables, { readonly key: Place; readonly rest: Place }>> {
  const actor = { actor_type: 'system', actor_id: 'trial' }
  const revised = { workspace_id: workspaceId, revision: 1, writes: 1, created_at: createdAt, record: '{}' }
  const counts = { code: '', requests: 1, allowed: 1, client_errors: 0, server_errors: 0, last_used_at: createdAt }
  const { code, ...sums } = counts
  const owned = { environment: 'trial', owner_type: 'user', owner_id: 'trial', name_folded: 'trial', last4: '0000' }
  return {
    keys: { key: { id }, rest: { ...revised, ...owned, secret_created_at: createdAt } },
    service_accounts: { key: { id }, rest: { ...revised, living: 1 } },
    idempotency: {
      key: { workspace_id: workspaceId, ...actor, idempotency_key: id },
      rest: { created_at: createdAt, record: '{}' },
    },
    activity: {
      key: { workspace_id: workspaceId, created_at: createdAt, id },
      rest: { ...actor, action: 'trial', target_id: id, record: '{}' },
    },
    head: { key: { id: 1 }, rest: {} },
    // No change has an epoch below 0.
    changes: { key: { epoch: -1 - Number.parseInt(id.slice(0, 12), 16) }, rest: { nonce: id, announcements: '[]' } },
    usage: { key: { workspace_id: workspaceId, key_id: id, version: 1, hour: 0, code }, rest: sums },
    usage_days: { key: { workspace_id: workspaceId, key_id: id, day: 0, code }, rest: { ...sums, listed_day: 0 } },
    usage_totals: { key: { workspace_id: workspaceId, span: 'day', start: 0, code }, rest: sums },
    usage_keys: { key: { workspace_id: workspaceId, key_id: id }, rest: { last_hour: 0 } },
    usage_instances: { key: { instance_id: id }, rest: { sequence: 1, part: 1, seen_at: createdAt } },
    marks: { key: { store_id: id, name: 'trial' }, rest: { content: 'trial' } },
    reminders: { key: { key_id: id }, rest: {} },
    // No line has a number below 0.
    activity_lines: {
      key: { line: -1 - Number.parseInt(id.slice(0, 12), 16) },
      rest: { workspace_id: workspaceId, created_at: createdAt, id },
    },
    callers: { key: { workspace_id: workspaceId, key_id: id }, rest: { oldest_at: createdAt, record: '[]' } },
    followers: { key: { name: id }, rest: { holder: id, held_until: 0 } },
    migrations: { key: { version: 1 }, rest: {} },
  }
}

/** A key's life as it is stored, and whether it comes back as it was. */
async function tryWriting(
  database: Database,
  { key, serviceAccount, idempotency, activity, usage }: TrialRecords,
): Promise<void> {
  const { queries } = database
  const writes: readonly Write[] = [
    { type: 'key', record: key, expectedRevision: 0 },
    { type: 'serviceAccount', record: serviceAccount, expectedRevision: 0 },
    { type: 'idempotency', record: idempotency, expectedRevision: 0 },
  ]
  await writeRows(queries, database, writes, new Map())
  const stored = await lockStoredRows(queries, database, writes)
  for (const write of writes) requireSame(write, stored.get(rowId(write))?.record)
  const changes: readonly Write[] = [
    { type: 'key', record: { ...key, revision: 2, revokedAt: key.createdAt }, expectedRevision: 1 },
    { type: 'serviceAccount', record: { ...serviceAccount, revision: 2 }, expectedRevision: 1 },
  ]
  await writeRows(queries, database, changes, stored)
  // A line that is there already stays, when a change is sent again.
  for (const entries of [[activity], [activity]]) await appendActivity(queries, database, entries)
  for (const sequence of [1, 2]) {
    await addBatch(queries, database, { instanceId: key.id, sequence, entries: [usage] })
  }
  const { rows } = await sql<{ requests: unknown }>`
    select sum(requests) as requests from ${sql.table('usage')}
    where workspace_id = ${key.workspaceId} and key_id = ${key.id} and code = ''`.execute(queries)
  const counted = integer(rows[0]?.requests)
  if (counted !== 2 * usage.requests) throw new ChangedValueError(`A sum of 2 was read as ${counted}.`)
}

function requireSame({ type, record }: Write, read: StoredRow['record'] | undefined): void {
  if (isDeepStrictEqual(plain(read), plain(record))) return
  throw new ChangedValueError(`A row of ${type} was read as something else than was written.`)
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** The one row that every process writes, and the log behind it. */
async function tryHead(database: Database, { key }: TrialRecords, note: (attempt: Attempt) => void): Promise<void> {
  for (const right of rights.head) {
    note({ right, table: 'head' })
    await statementFor(right, 'head', { key: { id: 1 }, rest: {} }).execute(database.queries)
  }
  const head = await moveHead(database.queries, database, { nonce: key.id, announcements: [] })
  if (head.nonce !== key.id) throw new UnavailableError('store', 'The head of the store did not move.')
}
