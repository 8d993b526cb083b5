import { addCounts, noCounts, type UsageBatch, type UsageCounts, type UsageEntry } from '@claviger/core/store'
import { type Insertable, sql } from 'kysely'
import { chunks } from '../database/chunks.ts'
import type { Database, Queries } from '../database/database.ts'
import { integer } from '../database/integers.ts'
import { assertAffected } from '../database/lost-race.ts'
import type { UsageTable } from '../database/tables.ts'
import { assertStorable } from '../database/texts.ts'
import { transaction } from '../database/transaction.ts'
import { touchKeys } from './touch.ts'

const rowsPerInsert = 200
const place = ['workspace_id', 'key_id', 'version', 'hour', 'code'] as const
const sums = ['requests', 'allowed', 'client_errors', 'server_errors'] as const

/** Adds a batch in one transaction, unless its number is not higher than the instance's highest. */
export async function addUsage(database: Database, { instanceId, sequence, entries }: UsageBatch): Promise<void> {
  assertStorable(instanceId, 'instanceId')
  const rows = usageRows(entries)
  await transaction(database, async (queries) => {
    if (!(await isNext(queries, database, instanceId, sequence))) return
    for (const some of chunks(rows, rowsPerInsert)) await addRows(queries, database, some)
    await touchKeys(queries, entries)
  })
}

async function isNext(queries: Queries, { dialect }: Database, instance: string, sequence: number): Promise<boolean> {
  const known = await queries
    .selectFrom('usage_instances')
    .select('sequence')
    .where('instance_id', '=', instance)
    .modifyEnd(dialect.rowLock)
    .executeTakeFirst()
  const seen = { sequence, seen_at: Date.now() }
  if (known === undefined) {
    await queries
      .insertInto('usage_instances')
      .values({ instance_id: instance, ...seen })
      .execute()
    return true
  }
  const highest = integer(known.sequence)
  if (sequence <= highest) return false
  const { numUpdatedRows } = await queries
    .updateTable('usage_instances')
    .set(seen)
    .where('instance_id', '=', instance)
    .where('sequence', '=', highest)
    .executeTakeFirstOrThrow()
  assertAffected(numUpdatedRows, 1)
  return true
}

type UsageRow = Insertable<UsageTable>

async function addRows(queries: Queries, { dialect }: Database, rows: readonly UsageRow[]): Promise<void> {
  const most = sql.lit(Number.MAX_SAFE_INTEGER)
  const stored = (column: string) => sql.ref(`usage.${column}`)
  const added = sums.map(
    (column) => sql`${sql.ref(column)} = ${dialect.least}(${stored(column)} + ${dialect.incoming(column)}, ${most})`,
  )
  const latest = sql`last_used_at = ${dialect.greatest}(${stored('last_used_at')}, ${dialect.incoming('last_used_at')})`
  await queries
    .insertInto('usage')
    .values(rows)
    .modifyEnd(sql`${dialect.onDuplicate(place)} ${sql.join([...added, latest])}`)
    .execute()
}

/** One row for all requests of an entry and one for each denial code, summed up and in the order of their places. */
function usageRows(entries: readonly UsageEntry[]): readonly UsageRow[] {
  const places = new Map<string, UsageEntry>()
  for (const entry of entries) {
    const id = JSON.stringify([entry.workspaceId, entry.keyId, entry.version, entry.hour])
    const sofar = places.get(id)
    const lastUsedAt = Math.max(sofar?.lastUsedAt ?? entry.lastUsedAt, entry.lastUsedAt)
    places.set(id, { ...entry, ...addCounts(sofar ?? noCounts, entry), lastUsedAt })
  }
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, entry]) => [
      usageRow(entry, '', entry),
      ...Object.keys(entry.denied)
        .filter((code) => code !== '')
        .toSorted()
        .map((code) => usageRow(entry, code, { ...noCounts, requests: entry.denied[code] ?? 0 })),
    ])
}

function usageRow(entry: UsageEntry, code: string, counts: UsageCounts): UsageRow {
  for (const [field, text] of Object.entries({ workspaceId: entry.workspaceId, keyId: entry.keyId, code })) {
    assertStorable(text, `entries.${field}`)
  }
  return {
    workspace_id: entry.workspaceId,
    key_id: entry.keyId,
    version: entry.version,
    hour: entry.hour,
    code,
    requests: counts.requests,
    allowed: counts.allowed,
    client_errors: counts.clientErrors,
    server_errors: counts.serverErrors,
    last_used_at: entry.lastUsedAt,
  }
}
