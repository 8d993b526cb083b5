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
import { numberReply, textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { findKeys } from '../records.ts'
import { movePlacesScript, placesScript } from '../scripts/places.ts'

/** Lists keys whose reminder was not sent, from the index of its places. */
export async function dueKeys(database: Database, query: DueQuery): Promise<ListPage<KeyRecord>> {
  requireLimit(query.limit)
  const { reminder, since, limit } = query
  const start = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  if (reminder === 'unused') return unusedKeys(database, query, start)
  const places = await placesOf(database, query, start ?? { at: since, id: '' }, limit + 1)
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

function unusedKeys(
  database: Database,
  query: DueQuery,
  start: CursorPosition | undefined,
): Promise<ListPage<KeyRecord>> {
  // Keys that are not there any more leave the index.
  const gone = new Set<string>()
  return walkUnused(query, start, {
    async read(after, count) {
      const places = await placesOf(database, query, after ?? { at: 0, id: '' }, count)
      const found = await findKeys(
        database,
        places.map(({ id }) => id),
      )
      return places.map(({ id, at }): UnusedRow => {
        const record = found.get(id)
        if (record === undefined) gone.add(id)
        return { id, at, record: record === 'corrupt' ? undefined : record }
      })
    },
    async move(rows) {
      const moves = rows.flatMap(({ id, at, to }) => [id, at, gone.has(id) ? '' : to])
      await database.commands.run(movePlacesScript, [database.names.reminders.unused], moves)
    },
  })
}

async function placesOf(
  { names, commands }: Database,
  { reminder, before }: DueQuery,
  { at, id }: CursorPosition,
  count: number,
): Promise<readonly CursorPosition[]> {
  const reply = textsReply(await commands.run(placesScript, [names.reminders[reminder]], [at, id, before, count]))
  return Array.from({ length: reply.length / 2 }, (_, index) => ({
    id: reply[2 * index] ?? '',
    at: numberReply(reply[2 * index + 1]),
  }))
}
