import { addCounts, noCounts, type UsageCounts } from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import { integer } from '../database/values.ts'
import type { SqlDialect } from '../database/dialect.ts'

/** A row of sums: of all requests of a place, or of those refused with a code. */
export interface SumRow {
  readonly code: string
  readonly requests: unknown
  readonly allowed: unknown
  readonly client_errors: unknown
  readonly server_errors: unknown
  readonly last_used_at: unknown
}

/** What has been added up for one place. */
export interface Sum extends UsageCounts {
  readonly lastUsedAt: number
}

/** The columns of a `SumRow`, as a `select` that groups by code gives them. */
export function summedColumns(dialect: SqlDialect): RawBuilder<unknown> {
  const sums = ['requests', 'allowed', 'client_errors', 'server_errors'].map(
    (column) => sql`${dialect.sum(sql.ref(column))} as ${sql.ref(column)}`,
  )
  return sql.join([sql`code`, ...sums, sql`max(last_used_at) as last_used_at`])
}

/** Puts the rows of each place together, and adds up those of several answers. Places without a request are left out. */
export function sumsOf<Row extends SumRow>(
  rows: readonly Row[],
  placeOf: (row: Row) => string,
): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const row of rows) {
    const sofar = sums.get(placeOf(row))
    sums.set(placeOf(row), {
      ...addCounts(sofar ?? noCounts, countsOf(row)),
      lastUsedAt: Math.max(sofar?.lastUsedAt ?? 0, integer(row.last_used_at)),
    })
  }
  return new Map([...sums].filter(([, { requests }]) => requests > 0))
}

function countsOf(row: SumRow): UsageCounts {
  const requests = integer(row.requests)
  if (row.code !== '') return { ...noCounts, denied: requests === 0 ? {} : { [row.code]: requests } }
  return {
    requests,
    allowed: integer(row.allowed),
    denied: {},
    clientErrors: integer(row.client_errors),
    serverErrors: integer(row.server_errors),
  }
}
