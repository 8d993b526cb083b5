import { dayOf, monotonicMs, type PurgeLimits, type PurgeProgress } from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import { purgeCallers } from './callers/purge.ts'
import type { Database } from './database/database.ts'
import type { Tables } from './database/tables.ts'
import { transaction } from './database/transaction.ts'

/** Rows of a table that are old by a column. */
interface OldRows {
  readonly table: keyof Tables
  readonly column: string
  readonly before: number
  /** What else must hold. */
  readonly only?: RawBuilder<unknown>
}

// How many rows a step removes follows from how long the last one took: a lock that is held, and on SQLite the event
// loop, is never held for much longer than this.
const aimMs = 8
const fewestRows = 20
const mostRows = 1_000
// Revoked keys go by when they were revoked. Not as a condition on the column alone: SQLite would read all keys that are not
// revoked, and sort them.
const notRevoked = sql`case when revoked_at is null then 1 else 0 end = 1`
// The next number follows from the last one. Twice in brackets: MySQL reads no table that it deletes from.
const notLast = sql`line < (select line from (select max(line) as line from ${sql.table('activity_lines')}) as ends)`

/** Makes the purge of a store. Each call removes some of the oldest rows, in a transaction per table, and is short. */
export function purging(database: Database): (limits: PurgeLimits) => Promise<PurgeProgress> {
  let rows = 200

  return async (limits) => {
    const startedAt = monotonicMs()
    let left = rows
    for (const old of oldRows(limits)) {
      left -= await removeSome(database, old, left)
      if (left <= 0) break
    }
    const { usageBefore } = limits
    const hasMoreCallers = left > 0 && usageBefore !== undefined && (await purgeCallers(database, dayOf(usageBefore)))
    const tookMs = monotonicMs() - startedAt
    if (tookMs > aimMs) rows = Math.max(fewestRows, Math.floor(rows / 2))
    else if (left <= 0 && tookMs < aimMs / 2) rows = Math.min(mostRows, rows * 2)
    return left <= 0 || hasMoreCallers ? 'more' : 'done'
  }
}

/** What is old, table by table. Whole UTC days of usage, so that sums by the day stay true. */
function oldRows(limits: PurgeLimits): readonly OldRows[] {
  const { usageBefore } = limits
  const day = usageBefore === undefined ? undefined : dayOf(usageBefore)
  const all: readonly (readonly [keyof Tables, string, number | undefined, RawBuilder<unknown>?])[] = [
    ['keys', 'revoked_at', limits.revokedKeysBefore],
    ['keys', 'expires_at', limits.expiredKeysBefore, notRevoked],
    ['reminders', 'ends_at', limits.expiredKeysBefore],
    ['service_accounts', 'deleted_at', limits.deletedServiceAccountsBefore],
    ['activity', 'created_at', limits.activityBefore],
    ['activity_lines', 'created_at', limits.activityBefore, notLast],
    ['idempotency', 'created_at', limits.idempotencyBefore],
    ['usage', 'hour', day],
    ['usage_days', 'day', day],
    ['usage_totals', 'start', day],
    ['usage_keys', 'last_hour', day],
    ['usage_instances', 'seen_at', usageBefore],
  ]
  return all.flatMap(([table, column, before, only]) =>
    before === undefined ? [] : [{ table, column, before, ...(only !== undefined && { only }) }],
  )
}

async function removeSome(database: Database, { table, column, before, only }: OldRows, most: number): Promise<number> {
  const reference = sql.ref(column)
  const isOld = sql`${reference} < ${before}`
  const condition = only === undefined ? isOld : sql`${isOld} and ${only}`
  const statement = database.dialect.deleteSome(sql.table(table), condition, reference, most)
  const { numAffectedRows } = await transaction(database, (queries) => statement.execute(queries))
  return Number(numAffectedRows ?? 0n)
}
