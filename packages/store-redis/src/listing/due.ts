import {
  type CursorPosition,
  type DueQuery,
  type KeyRecord,
  type ListPage,
  type PlaceRange,
  walkDue,
} from '@claviger/core/store'
import { numberReply, textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { findKeys } from '../records.ts'
import { movePlacesScript, placesScript } from '../scripts/places.ts'

/** Lists keys whose reminder was not sent, from the index of its places. */
export function dueKeys(database: Database, query: DueQuery): Promise<ListPage<KeyRecord>> {
  const { names, commands } = database
  return walkDue(query, {
    places: (range) => placesOf(database, range),
    find: (ids) => findKeys(database, ids),
    async move(reminder, moves) {
      const places = moves.flatMap(({ id, from, to }) => [id, from, to ?? ''])
      await commands.run(movePlacesScript, [names.reminders[reminder]], places)
    },
  })
}

async function placesOf(
  { names, commands }: Database,
  { reminder, after: { at, id }, before, count }: PlaceRange,
): Promise<readonly CursorPosition[]> {
  const reply = textsReply(await commands.run(placesScript, [names.reminders[reminder]], [at, id, before, count]))
  return Array.from({ length: reply.length / 2 }, (_, index) => ({
    id: reply[2 * index] ?? '',
    at: numberReply(reply[2 * index + 1]),
  }))
}
