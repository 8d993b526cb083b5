import type { KeyQuery, KeyRecord, Page } from '@claviger/core/store'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/retrying.ts'
import { isBehind, pageOf, planPage } from '../page.ts'
import { canMatch, conditions } from './conditions.ts'
import { readKey } from './row.ts'

/** Lists keys of one workspace. */
export async function listKeys(database: Database, query: KeyQuery): Promise<Page<KeyRecord>> {
  const plan = planPage(query)
  if (!canMatch(query)) return { items: [], nextCursor: null }
  const rows = await retrying(database, () =>
    database.queries
      .selectFrom('keys')
      .selectAll()
      .where((eb) => eb.and([conditions(eb, query), isBehind(eb, plan)]))
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(plan.fetch)
      .execute(),
  )
  return pageOf(rows, plan, readKey)
}
