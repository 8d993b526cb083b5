import { type CursorPosition, type KeyQuery, type KeyRecord, type ListPage, matchesQuery } from '@claviger/core/store'
import { textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { behind, cursorOf, idOfCursor, positionOfCursor } from '../indexes/cursors.ts'
import { findKeys } from '../records.ts'
import { candidatesOf } from './candidates.ts'
import { pageStart, type Row, scanPage } from './scan.ts'

/**
 * Lists keys of one workspace, newest first: from the index that knows the fewest keys that can match; where all know
 * very many, by walking the listing, of which indexes leave most out.
 */
export async function listKeys(database: Database, query: KeyQuery): Promise<ListPage<KeyRecord>> {
  pageStart(query)
  if (query.statuses?.length === 0 || query.visibleOwners?.length === 0) return { items: [], nextCursor: null }
  const candidates = await candidatesOf(database, query)

  const cursorsAfter = async (after: CursorPosition | undefined, count: number): Promise<readonly string[]> => {
    const cursor = after === undefined ? undefined : cursorOf(after)
    if (candidates.cursors !== undefined) {
      const first = cursor === undefined ? 0 : candidates.cursors.findIndex((candidate) => candidate > cursor)
      return first === -1 ? [] : candidates.cursors.slice(first, first + count)
    }
    const min = cursor === undefined ? '-' : behind(cursor)
    const set = database.names.byCreation(query.workspaceId)
    return textsReply(await database.commands.send('ZRANGEBYLEX', set, min, '+', 'LIMIT', 0, count))
  }

  return scanPage(query, async (after, count): Promise<readonly Row<KeyRecord>[]> => {
    const cursors = await cursorsAfter(after, count)
    const narrowed = new Set(await candidates.narrow(cursors))
    const records = await findKeys(database, [...narrowed].map(idOfCursor))
    return cursors.map((cursor) => {
      const record = narrowed.has(cursor) ? records.get(idOfCursor(cursor)) : undefined
      const matches = record !== undefined && record !== 'corrupt' && matchesQuery(record, query)
      return { position: positionOfCursor(cursor), item: matches ? record : undefined }
    })
  })
}
