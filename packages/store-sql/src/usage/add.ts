import type { UsageBatch, UsageEntry } from '@claviger/core/store'
import { type Insertable, sql } from 'kysely'
import { chunks, integer, requireStorable } from '../database/values.ts'
import type { Database, Queries } from '../database/database.ts'
import { requireAffected, transaction } from '../database/transaction.ts'
import type { CountsTable, UsageKeysTable } from '../database/tables.ts'
import { nextTurn } from '../next-turn.ts'
import { requireStorableEntries, type UsageRows, rowsByTable } from './rows.ts'
import { touchKeys } from './touch.ts'

const rowsPerInsert = 200
const sums = ['requests', 'allowed', 'client_errors', 'server_errors'] as const

/** The number of a batch's last part: nothing more is ever taken of this batch. */
const last = 999_999_999

/**
 * Adds a batch, unless its number is not higher than the instance's highest: the counts of each hour, and with them
 * every sum that is read instead of many hours. In one transaction, or in several short ones where others cannot go on
 * meanwhile; each part is marked with its number, so that a batch that is sent again goes on where it stopped.
 */
export async function addUsage(database: Database, { instanceId, sequence, entries }: UsageBatch): Promise<void> {
  requireStorable(instanceId, 'instanceId')
  requireStorableEntries(entries)
  const parts = entries.length === 0 ? [[]] : chunks(entries, database.dialect.entriesPerTransaction)
  for (const [index, some] of parts.entries()) {
    await nextTurn()
    await addPart(database, instanceId, { sequence, part: index === parts.length - 1 ? last : index }, some)
  }
}

/** How far an instance's counts were added. */
interface Progress {
  readonly sequence: number
  readonly part: number
}

async function addPart(
  database: Database,
  instance: string,
  progress: Progress,
  entries: readonly UsageEntry[],
): Promise<void> {
  const rows = rowsByTable(entries)
  await transaction(database, async (queries) => {
    if (!(await isNext(queries, database, instance, progress))) return
    await addRows(queries, database, entries, rows)
  })
}

/** What a part adds, within a transaction. */
async function addRows(
  queries: Queries,
  database: Database,
  entries: readonly UsageEntry[],
  rows: UsageRows,
): Promise<void> {
  await addCounts(queries, database, 'usage', ['workspace_id', 'key_id', 'hour', 'version', 'code'], rows.hours)
  await addCounts(queries, database, 'usage_days', ['workspace_id', 'key_id', 'day', 'code'], rows.days)
  await noteLastHours(queries, database, rows.keys)
  await touchKeys(queries, entries)
  await addCounts(queries, database, 'usage_totals', ['workspace_id', 'span', 'start', 'code'], rows.totals)
}

/** All of a small batch within a transaction that is open already. */
export async function addBatch(
  queries: Queries,
  database: Database,
  { instanceId, sequence, entries }: UsageBatch,
): Promise<void> {
  const isNew = await isNext(queries, database, instanceId, { sequence, part: last })
  if (isNew) await addRows(queries, database, entries, rowsByTable(entries))
}

async function isNext(queries: Queries, { dialect }: Database, instance: string, progress: Progress): Promise<boolean> {
  const known = await queries
    .selectFrom('usage_instances')
    .select(['sequence', 'part'])
    .where('instance_id', '=', instance)
    .modifyEnd(dialect.rowLock)
    .executeTakeFirst()
  const seen = { ...progress, seen_at: Date.now() }
  if (known === undefined) {
    await queries
      .insertInto('usage_instances')
      .values({ instance_id: instance, ...seen })
      .execute()
    return true
  }
  const done = { sequence: integer(known.sequence), part: integer(known.part) }
  if (progress.sequence < done.sequence) return false
  if (progress.sequence === done.sequence && progress.part <= done.part) return false
  const { numUpdatedRows } = await queries
    .updateTable('usage_instances')
    .set(seen)
    .where((eb) => eb.and({ instance_id: instance, ...done }))
    .executeTakeFirstOrThrow()
  requireAffected(numUpdatedRows, 1)
  return true
}

async function addCounts(
  queries: Queries,
  { dialect }: Database,
  table: 'usage' | 'usage_days' | 'usage_totals',
  place: readonly string[],
  rows: readonly Insertable<CountsTable>[],
): Promise<void> {
  const most = sql.lit(Number.MAX_SAFE_INTEGER)
  const stored = (column: string) => sql.ref(`${table}.${column}`)
  const added = sums.map(
    (column) => sql`${sql.ref(column)} = ${dialect.least}(${stored(column)} + ${dialect.incoming(column)}, ${most})`,
  )
  const latest = sql`last_used_at = ${dialect.greatest}(${stored('last_used_at')}, ${dialect.incoming('last_used_at')})`
  for (const some of chunks(rows, rowsPerInsert)) {
    await queries
      .insertInto(table)
      .values(some)
      .modifyEnd(sql`${dialect.onDuplicate(place)} ${sql.join([...added, latest])}`)
      .execute()
  }
}

async function noteLastHours(
  queries: Queries,
  { dialect }: Database,
  rows: readonly Insertable<UsageKeysTable>[],
): Promise<void> {
  const later = sql`last_hour = ${dialect.greatest}(${sql.ref('usage_keys.last_hour')}, ${dialect.incoming('last_hour')})`
  for (const some of chunks(rows, rowsPerInsert)) {
    await queries
      .insertInto('usage_keys')
      .values(some)
      .modifyEnd(sql`${dialect.onDuplicate(['workspace_id', 'key_id'])} ${later}`)
      .execute()
  }
}
