import { type CursorPosition, type KeyQuery, type KeyRecord, matchesQuery, type Page } from '@claviger/core/store'
import { candidatesOf } from './candidates.ts'
import type { Database } from './database.ts'
import { behind, idIn, placeOf, positionIn } from './places.ts'
import { findKeys } from './records.ts'
import { textsReply } from './replies.ts'
import { pageStart, type Row, scanPage } from './scan.ts'

/**
 * Lists keys of one workspace, newest first: from the index that knows the fewest keys that can match; where all know
 * very many, by walking the listing, of which indexes leave most out.
 */
export async function listKeys(database: Database, query: KeyQuery): Promise<Page<KeyRecord>> {
  pageStart(query)
  if (query.statuses?.length === 0 || query.visibleOwners?.length === 0) return { items: [], nextCursor: null }
  const candidates = await candidatesOf(database, query)

  const placesAfter = async (after: CursorPosition | undefined, count: number): Promise<readonly string[]> => {
    const place = after === undefined ? undefined : placeOf(after)
    if (candidates.places !== undefined) {
      const first = place === undefined ? 0 : candidates.places.findIndex((candidate) => candidate > place)
      return first === -1 ? [] : candidates.places.slice(first, first + count)
    }
    const min = place === undefined ? '-' : behind(place)
    const set = database.names.byCreation(query.workspaceId)
    return textsReply(await database.commands.send('ZRANGEBYLEX', set, min, '+', 'LIMIT', 0, count))
  }

  return scanPage(query, async (after, count): Promise<readonly Row<KeyRecord>[]> => {
    const places = await placesAfter(after, count)
    const narrowed = new Set(await candidates.narrow(places))
    const records = await findKeys(database, [...narrowed].map(idIn))
    return places.map((place) => {
      const record = narrowed.has(place) ? records.get(idIn(place)) : undefined
      const matches = record !== undefined && record !== 'corrupt' && matchesQuery(record, query)
      return { position: positionIn(place), item: matches ? record : undefined }
    })
  })
}
