import {
  type FollowerAnswer,
  type FollowerClaim,
  type FollowerState,
  judgeClaim,
  parseClaim,
} from '@claviger/core/store'
import type { Database, Queries } from './database/database.ts'
import { transaction } from './database/transaction.ts'
import { integer, nullableInteger } from './database/values.ts'

/** Judges a claim while its row is locked. Where two insert the row at once, the second starts over. */
export async function claimFollower(database: Database, claim: FollowerClaim): Promise<FollowerAnswer> {
  const checked = parseClaim(claim)
  return transaction(database, async (queries) => {
    const before = await lockFollower(queries, database, checked.name)
    const { stored, answer } = judgeClaim(before, checked)
    if (stored !== null && stored !== before) await write(queries, checked.name, before, stored)
    return answer
  })
}

async function lockFollower(queries: Queries, { dialect }: Database, name: string): Promise<FollowerState | null> {
  const row = await queries
    .selectFrom('followers')
    .selectAll()
    .where('name', '=', name)
    .modifyEnd(dialect.rowLock)
    .executeTakeFirst()
  if (row === undefined) return null
  return { holder: row.holder, until: integer(row.held_until), position: nullableInteger(row.position) }
}

async function write(
  queries: Queries,
  name: string,
  before: FollowerState | null,
  { holder, until, position }: FollowerState,
): Promise<void> {
  const columns = { holder, held_until: until, position }
  if (before === null)
    await queries
      .insertInto('followers')
      .values({ name, ...columns })
      .execute()
  else await queries.updateTable('followers').set(columns).where('name', '=', name).execute()
}
