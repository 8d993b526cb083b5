import { type KeyRecord, type ReminderPlaces, reminderPlaces, type Write } from '@claviger/core/store'
import { type Insertable, sql } from 'kysely'
import type { Queries } from '../database/database.ts'
import type { SqlDialect } from '../database/dialect.ts'
import type { RemindersTable } from '../database/tables.ts'
import { chunks } from '../database/values.ts'
import { rowId, type StoredRow } from '../commit/stored-rows.ts'
import { columnOf } from './columns.ts'

const rowsPerInsert = 64
const columns = [...Object.values(columnOf), 'ends_at'] as const

type Row = Insertable<RemindersTable>

/**
 * Writes the places of the reminders of written keys. Of a key that is there, only those that are not what they were: a
 * process of the version that knows no reminders takes the note of a sent one away, and it must not be sent again for
 * another change.
 */
export async function writeReminders(
  queries: Queries,
  dialect: SqlDialect,
  writes: readonly Write[],
  stored: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  const fresh: Row[] = []
  for (const write of writes) {
    if (write.type !== 'key') continue
    const { record } = write
    const before = (stored.get(rowId(write))?.record ?? null) as KeyRecord | null
    if (before === null) {
      if (record.revokedAt === null) fresh.push(rowOf(record))
      continue
    }
    // The last use is the stored one, whatever is written; a key that is new brings its own.
    const [was, is] = [rowOf(before), rowOf({ ...record, lastUsedAt: before.lastUsedAt })]
    const changed = columns.filter((column) => was[column] !== is[column])
    if (record.revokedAt !== null) await queries.deleteFrom('reminders').where('key_id', '=', record.id).execute()
    else if (changed.length > 0) await upsert(queries, dialect, [is], changed)
  }
  for (const some of chunks(fresh, rowsPerInsert)) await upsert(queries, dialect, some, columns)
}

async function upsert(
  queries: Queries,
  dialect: SqlDialect,
  rows: readonly Row[],
  changed: readonly (typeof columns)[number][],
): Promise<void> {
  const assignments = sql.join(changed.map((column) => sql`${sql.ref(column)} = ${dialect.incoming(column)}`))
  await queries
    .insertInto('reminders')
    .values(rows)
    .modifyEnd(sql`${dialect.onDuplicate(['key_id'])} ${assignments}`)
    .execute()
}

function rowOf(record: KeyRecord): Row {
  const places: ReminderPlaces = reminderPlaces(record)
  return {
    key_id: record.id,
    expiring: places.expiring,
    rotation_due: places.rotationDue,
    unused: places.unused,
    owner_gone: places.ownerGone,
    ends_at: record.revokedAt === null ? record.expiresAt : null,
  }
}
