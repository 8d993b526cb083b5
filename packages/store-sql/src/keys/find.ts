import { isKeyId, type KeyRecord, mapInTurns } from '@claviger/core/store'
import { CompiledQuery, type Selectable } from 'kysely'
import type { Database } from '../database/database.ts'
import { lightRecordText } from '../database/light.ts'
import { retrying } from '../database/transaction.ts'
import type { KeysTable } from '../database/tables.ts'
import { tableName } from '../migrations/table-shape.ts'
import { keyColumnNames, readKey } from './row.ts'

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
  const columns = `${keyColumnNames.join(', ')}, ${lightRecordText(dialect)}`
  const table = tableName(dialect, naming, 'keys')
  const text = `select ${columns} from ${table} where id ${dialect.oneOfText(wanted.length)}`
  const query = CompiledQuery.raw(text, [...dialect.boundTexts(wanted)])
  const { rows } = await retrying(database, () =>
    reads.executeQuery<Selectable<KeysTable>>(query as CompiledQuery<Selectable<KeysTable>>),
  )
  return new Map(await mapInTurns(rows, (row) => [row.id, readKey(row)] as const))
}
