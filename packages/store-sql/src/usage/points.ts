import { dayMs, type UsagePoint, type UsageQuery } from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { integer } from '../database/integers.ts'
import { retrying } from '../database/retrying.ts'
import { isStorable } from '../database/texts.ts'

/** Sums counts in the database: one row per point and denial code. */
export async function usagePoints(database: Database, query: UsageQuery): Promise<readonly UsagePoint[]> {
  const { workspaceId, keyId, from, to, groupBy, bucket } = query
  if (!isStorable(workspaceId) || (keyId !== undefined && !isStorable(keyId))) return []
  const { queries, dialect } = database
  const columns = [
    ...(bucket === 'total' ? [] : (['start'] as const)),
    ...(groupBy === undefined ? [] : (['key_id'] as const)),
    ...(groupBy === 'version' ? (['version'] as const) : []),
  ]
  const rows = await retrying(database, () => {
    const counted = queries
      .selectFrom('usage')
      .selectAll()
      .select(startOf(bucket).as('start'))
      .where('workspace_id', '=', workspaceId)
      .where('hour', '>=', from)
      .where('hour', '<', to)
    return queries
      .selectFrom((keyId === undefined ? counted : counted.where('key_id', '=', keyId)).as('counted'))
      .select(columns)
      .select((eb) => [
        'code' as const,
        dialect.sum(eb.ref('requests')).as('requests'),
        dialect.sum(eb.ref('allowed')).as('allowed'),
        dialect.sum(eb.ref('client_errors')).as('client_errors'),
        dialect.sum(eb.ref('server_errors')).as('server_errors'),
        eb.fn.max('last_used_at').as('last_used_at'),
      ])
      .groupBy([...columns, 'code'])
      .execute()
  })
  return pointsOf(rows, query.from)
}

function startOf(bucket: UsageQuery['bucket']): RawBuilder<unknown> {
  return bucket === 'day' ? sql`hour - hour % ${sql.lit(dayMs)}` : sql`hour`
}

interface SumRow {
  readonly start?: unknown
  readonly key_id?: string
  readonly version?: unknown
  readonly code: string
  readonly requests: unknown
  readonly allowed: unknown
  readonly client_errors: unknown
  readonly server_errors: unknown
  readonly last_used_at: unknown
}

/** Puts the rows of one place together: the one for all requests, and what was denied by code. */
function pointsOf(rows: readonly SumRow[], from: number): readonly UsagePoint[] {
  const denied = new Map<string, Record<string, number>>()
  for (const row of rows) {
    const counts: Record<string, number> = denied.get(placeOf(row)) ?? Object.create(null)
    if (row.code !== '' && integer(row.requests) > 0) counts[row.code] = integer(row.requests)
    denied.set(placeOf(row), counts)
  }
  return rows
    .filter(({ code, requests }) => code === '' && integer(requests) > 0)
    .map((row) => ({
      start: row.start === undefined ? from : integer(row.start),
      keyId: row.key_id ?? null,
      version: row.version === undefined ? null : integer(row.version),
      requests: integer(row.requests),
      allowed: integer(row.allowed),
      denied: denied.get(placeOf(row)) ?? {},
      clientErrors: integer(row.client_errors),
      serverErrors: integer(row.server_errors),
      lastUsedAt: integer(row.last_used_at),
    }))
    .toSorted(comparePoints)
}

function placeOf({ start, key_id, version }: SumRow): string {
  return JSON.stringify([String(start), key_id, String(version)])
}

function comparePoints(a: UsagePoint, b: UsagePoint): number {
  return a.start - b.start || compareTexts(a.keyId ?? '', b.keyId ?? '') || (a.version ?? 0) - (b.version ?? 0)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
