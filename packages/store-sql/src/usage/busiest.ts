import {
  type BusiestKeys,
  type BusiestQuery,
  type BusiestSource,
  cutAtDays,
  type DayRequests,
  dayOf,
  daysIn,
  findBusiest,
  type KeyTotals,
  type Span,
} from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import { chunks, integer, isStorable } from '../database/values.ts'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/transaction.ts'
import { nextTurn } from '../next-turn.ts'
import { type SumRow, summedColumns, sumsOf } from './counts.ts'
import { within } from './points.ts'

// What one statement reads. Each is short, and between two of them others have their turn.
const listedPerStatement = 2_000
const summedPerStatement = 4_000
const countedPerStatement = 10_000
const mostKeysPerStatement = 200

/** Finds the busiest keys of a workspace from the index that holds each day's keys in order of their requests. */
export async function busiestKeys(database: Database, query: BusiestQuery): Promise<BusiestKeys> {
  if (!isStorable(query.workspaceId) || query.to <= query.from) return { keys: [], othersAtMost: 0, activeKeys: 0 }
  return findBusiest(query, sourceIn(database, query))
}

function sourceIn(database: Database, query: BusiestQuery): BusiestSource {
  const { workspaceId, from, to } = query
  const run = async <Row>(statement: RawBuilder<Row>): Promise<readonly Row[]> => {
    const { rows } = await retrying(database, () => statement.execute(database.queries))
    await nextTurn()
    return rows
  }

  /** Reads sums of keys within the range, from the days that are whole and the hours around them. */
  const sums = async <Row extends { readonly key_id: string }>(
    keyIds: readonly string[],
    columns: RawBuilder<unknown>,
    only: RawBuilder<unknown>,
    groups: RawBuilder<unknown>,
  ): Promise<readonly Row[]> => {
    const { wholeDays, edges } = cutAtDays({ from, to })
    const parts: readonly (readonly [table: string, column: string, range: Span])[] = [
      ...(wholeDays === null ? [] : [['usage_days', 'day', wholeDays] as const]),
      ...edges.map((range) => ['usage', 'hour', range] as const),
    ]
    const days = Math.max(1, daysIn({ from, to }).length)
    const size = Math.max(1, Math.min(mostKeysPerStatement, Math.floor(summedPerStatement / days)))
    const rows: Row[] = []
    for (const some of chunks(keyIds, size)) {
      for (const [table, column, range] of parts) {
        const among = database.dialect.oneOf(sql.ref('key_id'), some)
        rows.push(
          ...(await run(
            sql<Row>`select key_id, ${columns} from ${sql.table(table)}
              where workspace_id = ${workspaceId} and ${among} and ${within(column, range)}${only} group by ${groups}`,
          )),
        )
      }
    }
    return rows
  }

  return {
    async days() {
      const rows = await run(
        sql<{ start: unknown }>`select distinct start from ${sql.table('usage_totals')}
          where workspace_id = ${workspaceId} and span = 'day' and ${within('start', { from: dayOf(from), to })}`,
      )
      return rows.map(({ start }) => integer(start))
    },

    async lists(days, depth) {
      const lists = new Map(days.map((day): [number, DayRequests[]] => [day, []]))
      for (const some of chunks(days, Math.max(1, Math.floor(listedPerStatement / depth)))) {
        const parts = some.map(
          (day) => sql`select * from (
            select listed_day, key_id, requests from ${sql.table('usage_days')}
            where workspace_id = ${workspaceId} and listed_day = ${sql.lit(day)} and code = '' and requests > 0
            order by requests desc limit ${sql.lit(depth)}) as ${sql.ref(`day_${day}`)}`,
        )
        const rows = await run(
          sql<{ listed_day: unknown; key_id: string; requests: unknown }>`${sql.join(parts, sql` union all `)}`,
        )
        for (const row of rows) {
          lists.get(integer(row.listed_day))?.push({ keyId: row.key_id, requests: integer(row.requests) })
        }
      }
      return days.map((day) => (lists.get(day) ?? []).sort((a, b) => b.requests - a.requests))
    },

    async requestsOf(keyIds) {
      type Row = { readonly key_id: string; readonly requests: unknown }
      const requests = sql`${database.dialect.sum(sql.ref('requests'))} as requests`
      const rows = await sums<Row>(keyIds, requests, sql` and code = ''`, sql`key_id`)
      const found = new Map<string, number>()
      for (const row of rows) {
        const sum = (found.get(row.key_id) ?? 0) + integer(row.requests)
        found.set(row.key_id, Math.min(Number.MAX_SAFE_INTEGER, sum))
      }
      return found
    },

    async totalsOf(keyIds): Promise<readonly KeyTotals[]> {
      const columns = summedColumns(database.dialect)
      const rows = await sums<SumRow & { readonly key_id: string }>(keyIds, columns, sql``, sql`key_id, code`)
      return [...sumsOf(rows, ({ key_id }) => key_id)].map(([keyId, counts]) => ({ keyId, ...counts }))
    },

    async activeKeys() {
      // One key that was used later may have been used within the range too: the index does not tell.
      if ((await countFrom(to, 1)) > 0) return null
      return countFrom(from, Number.POSITIVE_INFINITY)
    },
  }

  /** Counts keys by their last hour, in steps, up to a bound. */
  async function countFrom(hour: number, most: number): Promise<number> {
    const { dialect, naming } = database
    const step = Math.min(most, countedPerStatement)
    const place = [sql.ref('last_hour'), sql.ref('key_id')] as const
    const { hint } = dialect.byIndex(`${naming.tablePrefix}usage_keys_recent`, sql.join([...place]))
    let count = 0
    let after: { readonly last_hour: number; readonly key_id: string } | undefined
    for (;;) {
      const isBehind =
        after === undefined ? sql`last_hour >= ${hour}` : dialect.behind(place, [after.last_hour, after.key_id])
      const keys = sql`select last_hour, key_id from ${sql.table('usage_keys')} ${hint}
        where workspace_id = ${workspaceId} and ${isBehind} order by last_hour, key_id`
      // The last of a full step says where the next begins; a step that is not full is counted.
      const [last] =
        step === 1
          ? []
          : await run(sql<{ last_hour: unknown; key_id: string }>`${keys} limit 1 offset ${sql.lit(step - 1)}`)
      if (last === undefined) {
        const [rest] = await run(
          sql<{ count: unknown }>`select count(*) as count from (${keys} limit ${sql.lit(step)}) as rest`,
        )
        return count + integer(rest?.count)
      }
      count += step
      after = { last_hour: integer(last.last_hour), key_id: last.key_id }
      if (count >= most) return count
    }
  }
}
