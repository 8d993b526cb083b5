import { cutAtDays, dayMs, dayOf, type Span, type UsagePoint, type UsageQuery } from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { integer, isStorable } from '../database/values.ts'
import { retrying } from '../database/transaction.ts'
import { nextTurn } from '../next-turn.ts'
import { type SumRow, summedColumns, sumsOf } from './counts.ts'

// The hours of one key within so many days are one statement: what SQLite reads at once holds up the event loop.
const daysPerStatement = 100

interface PointRow extends SumRow {
  readonly start: unknown
  readonly version?: unknown
}

/** Sums counts in the database: one row per point and denial code. */
export async function usagePoints(database: Database, query: UsageQuery): Promise<readonly UsagePoint[]> {
  const { workspaceId, keyId, bucket, from } = query
  if (!isStorable(workspaceId) || (keyId !== undefined && !isStorable(keyId)) || query.to <= from) return []
  const rows = keyId === undefined ? await workspaceRows(database, query) : await keyRows(database, query, keyId)
  const startOf = (row: PointRow): number => {
    const start = integer(row.start)
    return { hour: start, day: dayOf(start), total: from }[bucket]
  }
  const versionOf = ({ version }: PointRow): number | null => (version === undefined ? null : integer(version))
  const sums = sumsOf(rows, (row) => JSON.stringify([startOf(row), versionOf(row)]))
  return [...sums]
    .map(([place, counts]) => {
      const [start, version] = JSON.parse(place) as [number, number | null]
      return { start, version, ...counts }
    })
    .toSorted((a, b) => a.start - b.start || (a.version ?? 0) - (b.version ?? 0))
}

/** Whole days from the sums by the day, the hours around them, or all of them where hours are asked for, by the hour. */
async function workspaceRows(
  database: Database,
  { workspaceId, from, to, bucket }: UsageQuery,
): Promise<readonly PointRow[]> {
  const { wholeDays, edges } = bucket === 'hour' ? { wholeDays: null, edges: [{ from, to }] } : cutAtDays({ from, to })
  const rows: PointRow[] = []
  for (const { span, range } of [
    ...edges.map((range) => ({ span: 'hour', range })),
    ...(wholeDays === null ? [] : [{ span: 'day', range: wholeDays }]),
  ]) {
    rows.push(
      ...(await run(
        database,
        sql<PointRow>`select ${startIn(database, bucket, 'start')} as start, ${summedColumns(database.dialect)} from ${sql.table('usage_totals')}
          where workspace_id = ${workspaceId} and span = ${span} and ${within('start', range)} group by 1, code`,
      )),
    )
  }
  return rows
}

async function keyRows(database: Database, query: UsageQuery, keyId: string): Promise<readonly PointRow[]> {
  const version = query.groupBy === 'version' ? sql`version, ` : sql``
  const rows: PointRow[] = []
  for (let { from } = query; from < query.to; from += daysPerStatement * dayMs) {
    const range = { from, to: Math.min(query.to, from + daysPerStatement * dayMs) }
    rows.push(
      ...(await run(
        database,
        sql<PointRow>`select ${startIn(database, query.bucket, 'hour')} as start, ${version}${summedColumns(database.dialect)} from ${sql.table('usage')}
          where workspace_id = ${query.workspaceId} and key_id = ${keyId} and ${within('hour', range)} group by 1, ${version}code`,
      )),
    )
  }
  return rows
}

async function run(database: Database, statement: RawBuilder<PointRow>): Promise<readonly PointRow[]> {
  const { rows } = await retrying(database, () => statement.execute(database.queries))
  await nextTurn()
  return rows
}

/** The bucket a row belongs to, as far as it matters to the sum. */
function startIn({ dialect }: Database, bucket: UsageQuery['bucket'], column: string): RawBuilder<unknown> {
  const reference = sql.ref(column)
  if (bucket === 'hour') return reference
  return bucket === 'day' ? sql`${reference} - ${dialect.remainder(reference, sql.lit(dayMs))}` : sql`0`
}

/** Whether an instant is within a span. */
export function within(column: string, { from, to }: Span): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${to}`
}
