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

/** Writes the places of the reminders of written keys, where they are not what they were. */
export async function writeReminders(
  queries: Queries,
  dialect: SqlDialect,
  writes: readonly Write[],
  stored: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  const changed = writes.flatMap((write) => {
    if (write.type !== 'key') return []
    const before = (stored.get(rowId(write))?.record ?? null) as KeyRecord | null
    // The last use is the stored one, whatever is written; a key that is new brings its own.
    const after = before === null ? write.record : { ...write.record, lastUsedAt: before.lastUsedAt }
    const [was, is] = [before && rowOf(before), rowOf(after)]
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ record: after, row: is }]
  })
  for (const { record } of changed) {
    if (record.revokedAt !== null) await queries.deleteFrom('reminders').where('key_id', '=', record.id).execute()
  }
  const rows = changed.flatMap(({ record, row }) => (record.revokedAt === null ? [row] : []))
  const assignments = sql.join(columns.map((column) => sql`${sql.ref(column)} = ${dialect.incoming(column)}`))
  for (const some of chunks(rows, rowsPerInsert)) {
    await queries
      .insertInto('reminders')
      .values(some)
      .modifyEnd(sql`${dialect.onDuplicate(['key_id'])} ${assignments}`)
      .execute()
  }
}

function rowOf(record: KeyRecord): Insertable<RemindersTable> {
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
