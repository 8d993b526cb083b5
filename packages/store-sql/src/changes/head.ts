import { type Change, type Head, UnavailableError } from '@claviger/core/store'
import type { Selectable } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { integer } from '../database/values.ts'
import { requireAffected } from '../database/transaction.ts'
import type { HeadTable } from '../database/tables.ts'

/** The head as it is. */
export async function readHead(queries: Queries): Promise<Head> {
  return headOf(await queries.selectFrom('head').selectAll().executeTakeFirst())
}

/** The head as it is, with its row held until the transaction ends. Needs the right to write it. */
export async function lockHead(queries: Queries, { dialect }: Pick<Database, 'dialect'>): Promise<Head> {
  return headOf(await queries.selectFrom('head').selectAll().modifyEnd(dialect.rowLock).executeTakeFirst())
}

/** Moves the head by one and writes the log. Holds the head's row until the transaction ends. */
export async function moveHead(
  queries: Queries,
  database: Database,
  { nonce, announcements }: Pick<Change, 'nonce' | 'announcements'>,
): Promise<Head> {
  const before = await lockHead(queries, database)
  const head = { ...before, epoch: before.epoch + 1, nonce }
  const { numUpdatedRows } = await queries
    .updateTable('head')
    .set({ epoch: head.epoch, nonce })
    // By its key too: `sql_safe_updates` of MySQL demands one.
    .where('id', '=', 1)
    .where('epoch', '=', before.epoch)
    .executeTakeFirstOrThrow()
  requireAffected(numUpdatedRows, 1)
  await queries
    .insertInto('changes')
    .values({ epoch: head.epoch, nonce, announcements: JSON.stringify(announcements) })
    .execute()
  return head
}

/** @throws {UnavailableError} when the row is missing that every migrated database has */
export function headOf(row: Pick<Selectable<HeadTable>, 'store_id' | 'epoch' | 'nonce'> | undefined): Head {
  if (row === undefined) {
    throw new UnavailableError('store', 'The head of the store is missing. Restore its table from a backup.')
  }
  return { storeId: row.store_id, epoch: integer(row.epoch), nonce: row.nonce }
}
