import type { KeyRecord } from '@claviger/core/store'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/retrying.ts'
import { isKeyId } from '../database/texts.ts'
import { readKey } from './row.ts'

/** Finds keys by id in one statement. What cannot be an id is not asked for. */
export async function findKeys(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyRecord | 'corrupt'>> {
  const wanted = [...new Set(ids.filter(isKeyId))]
  if (wanted.length === 0) return new Map()
  const { queries, dialect } = database
  const rows = await retrying(database, () =>
    queries
      .selectFrom('keys')
      .selectAll()
      .where((eb) => dialect.oneOf(eb.ref('id'), wanted))
      .execute(),
  )
  return new Map(rows.map((row) => [row.id, readKey(row)]))
}
