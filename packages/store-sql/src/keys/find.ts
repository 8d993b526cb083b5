import type { KeyRecord } from '@claviger/core/store'
import { CompiledQuery, type Selectable } from 'kysely'
import type { Database } from '../database/database.ts'
import { retrying } from '../database/retrying.ts'
import type { KeysTable } from '../database/tables.ts'
import { isKeyId } from '../database/texts.ts'
import { tableName } from '../migrations/table-shape.ts'
import { readKey } from './row.ts'

/**
 * Finds keys by id in one statement. What cannot be an id is not asked for. Requests wait for this: the statement is
 * written here, since building it takes longer than some databases take to answer it.
 */
export async function findKeys(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyRecord | 'corrupt'>> {
  const wanted = [...new Set(ids.filter(isKeyId))]
  if (wanted.length === 0) return new Map()
  const { reads, dialect, naming } = database
  const text = `select * from ${tableName(dialect, naming, 'keys')} where id ${dialect.oneOfText(wanted.length)}`
  const query = CompiledQuery.raw(text, [...dialect.boundTexts(wanted)])
  const { rows } = await retrying(database, () =>
    reads.executeQuery<Selectable<KeysTable>>(query as CompiledQuery<Selectable<KeysTable>>),
  )
  return new Map(rows.map((row) => [row.id, readKey(row)]))
}
