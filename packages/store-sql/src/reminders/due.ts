import {
  type CursorPosition,
  decodeCursor,
  type DueQuery,
  encodeCursor,
  isDue,
  type KeyRecord,
  type ListPage,
  requireLimit,
  type UnusedRow,
  walkUnused,
} from '@claviger/core/store'
import { sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/transaction.ts'
import { integer } from '../database/values.ts'
import { findKeys } from '../keys/find.ts'
import { columnOf } from './columns.ts'

/** Lists keys whose reminder was not sent, from the index of its places. */
export async function dueKeys(database: Database, query: DueQuery): Promise<ListPage<KeyRecord>> {
  requireLimit(query.limit)
  const { reminder, since, limit } = query
  const start = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  if (reminder === 'unused') {
    return walkUnused(query, start, {
      read: async (after, count) => unusedRows(database, await placesOf(database, query, after, 0, count)),
      move: (rows) => moveRows(database, rows),
    })
  }
  const places = await placesOf(database, query, start, since, limit + 1)
  const page = places.slice(0, limit)
  const last = places.length > limit ? page.at(-1) : undefined
  const found = await findKeys(
    database,
    page.map(({ id }) => id),
  )
  return {
    items: page.flatMap(({ id }) => {
      const record = found.get(id)
      return record !== undefined && record !== 'corrupt' && isDue(record, query) ? [record] : []
    }),
    nextCursor: last === undefined ? null : encodeCursor(last),
  }
}

/** The next places of a reminder, in their order. */
async function placesOf(
  database: Database,
  { reminder, before }: DueQuery,
  after: CursorPosition | undefined,
  since: number,
  count: number,
): Promise<readonly CursorPosition[]> {
  const place = sql.ref(columnOf[reminder])
  // Written so that an index on both columns serves it.
  const behind =
    after === undefined
      ? sql`${place} >= ${since}`
      : sql`${place} >= ${after.at} and (${place} > ${after.at} or key_id > ${after.id})`
  const statement = sql<{ id: string; at: unknown }>`
    select key_id as id, ${place} as at from ${sql.table('reminders')}
    where ${behind} and ${place} < ${before} order by ${place}, key_id limit ${sql.lit(count)}`
  const { rows } = await retrying(database, () => statement.execute(database.queries))
  return rows.map(({ id, at }) => ({ id, at: integer(at) }))
}

async function unusedRows(database: Database, places: readonly CursorPosition[]): Promise<readonly UnusedRow[]> {
  const found = await findKeys(
    database,
    places.map(({ id }) => id),
  )
  return places.map(({ id, at }) => {
    const record = found.get(id)
    return { id, at, record: record === 'corrupt' ? undefined : record }
  })
}

/** One statement for all rows that go to one place; those that were used go to a place each. */
async function moveRows(database: Database, rows: readonly (UnusedRow & { readonly to: number })[]): Promise<void> {
  for (const { id, at, to } of rows) {
    await retrying(database, () =>
      database.queries
        .updateTable('reminders')
        .set({ unused: to })
        .where('key_id', '=', id)
        .where('unused', '=', at)
        .execute(),
    )
  }
}
