import {
  type CursorPosition,
  type DueQuery,
  type KeyRecord,
  type ListPage,
  type PlaceMove,
  type PlaceRange,
  type Reminder,
  walkDue,
} from '@claviger/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/transaction.ts'
import { integer } from '../database/values.ts'
import { findKeys } from '../keys/find.ts'
import { columnOf } from './columns.ts'

/** Lists keys whose reminder was not sent, from the index of its places. */
export function dueKeys(database: Database, query: DueQuery): Promise<ListPage<KeyRecord>> {
  return walkDue(query, {
    places: (range) => placesOf(database, range),
    find: (ids) => findKeys(database, ids),
    move: (reminder, moves) => movePlaces(database, reminder, moves),
  })
}

async function placesOf(
  database: Database,
  { reminder, after: { at, id }, before, count }: PlaceRange,
): Promise<readonly CursorPosition[]> {
  const place = sql.ref(columnOf[reminder])
  const behind = database.dialect.behind([place, sql.ref('key_id')], [at, id])
  const statement = sql<{ id: string; at: unknown }>`
    select key_id as id, ${place} as at from ${sql.table('reminders')}
    where ${behind} and ${place} < ${before}
    order by ${place}, key_id limit ${sql.lit(count)}`
  const { rows } = await retrying(database, () => statement.execute(database.queries))
  return rows.map((row) => ({ id: row.id, at: integer(row.at) }))
}

/** All of them in one statement, by the primary key. */
async function movePlaces(database: Database, reminder: Reminder, moves: readonly PlaceMove[]): Promise<void> {
  const place = sql.ref(columnOf[reminder])
  const ids = moves.map(({ id }) => id)
  const by = (value: (move: PlaceMove) => number | null): RawBuilder<unknown> => {
    const cases = moves.map((move) => sql`when ${move.id} then ${sql.lit(value(move))}`)
    return sql`case key_id ${sql.join(cases, sql` `)} else ${place} end`
  }
  const isOneOf = database.dialect.oneOf(sql.ref('key_id'), ids)
  const statement = sql`
    update ${sql.table('reminders')} set ${place} = ${by(({ to }) => to)}
    where ${isOneOf} and ${place} = ${by(({ from }) => from)}`
  await retrying(database, () => statement.execute(database.queries))
}
