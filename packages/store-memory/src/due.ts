import { type DueQuery, type KeyRecord, type ListPage, walkDue } from '@claviger/core/store'
import type { Database } from './database.ts'
import { findKeys } from './keys.ts'

/** Lists keys whose reminder was not sent, from the index of its places; the page holds copies. */
export function dueKeys({ keys, due }: Pick<Database, 'keys' | 'due'>, query: DueQuery): Promise<ListPage<KeyRecord>> {
  return walkDue(query, {
    places: async (range) => due.behind(range),
    find: async (ids) => findKeys(keys, ids),
    move: async (reminder, moves) => due.move(reminder, moves),
  })
}
