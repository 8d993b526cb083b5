import {
  type Announcement,
  type Head,
  type LoggedChange,
  type PollResult,
  UnavailableError,
} from '@claviger/core/store'
import type { Database, Queries } from '../database/database.ts'
import { integer } from '../database/values.ts'
import { retrying, transaction } from '../database/transaction.ts'
import { headOf } from './head.ts'

/**
 * Tells what changed since a head. One statement, so that head and log belong together.
 *
 * @throws {UnavailableError} when the database would take no change
 */
export async function pollChanges(database: Database, since: Head | null): Promise<PollResult> {
  const rows = await (database.dialect.locksWhole
    ? transaction(database, (queries) => readLog(queries, database, since))
    : retrying(database, () => readLog(database.reads, database, since)))
  const refusal = rows[0]?.refusal ?? ''
  if (refusal !== '') {
    throw new UnavailableError(
      'store',
      `This ${database.dialect.title} server takes no changes (${refusal}). Connect to the primary.`,
    )
  }
  const head = headOf(rows[0])
  const log = rows.flatMap(({ logged_epoch, logged_nonce, announcements }) =>
    logged_nonce === null || announcements === null
      ? []
      : [{ epoch: integer(logged_epoch), nonce: logged_nonce, announcements }],
  )
  return { head, changes: since?.storeId === head.storeId ? changesBetween(since, head, log) : 'gap' }
}

async function readLog(queries: Queries, { dialect, changeLogLength }: Database, since: Head | null) {
  return queries
    .selectFrom('head')
    .leftJoin('changes', (join) => join.on('changes.epoch', '>=', epochOf(since)))
    .select(['head.store_id', 'head.epoch', 'head.nonce', dialect.writeRefusal.as('refusal')])
    .select(['changes.epoch as logged_epoch', 'changes.nonce as logged_nonce', 'changes.announcements'])
    .orderBy('changes.epoch')
    .limit(changeLogLength + 1)
    .execute()
}

interface LoggedRow {
  readonly epoch: number
  readonly nonce: string
  readonly announcements: string
}

/** The log must lead from one head to the other without a break; everything else is a gap. */
function changesBetween(since: Head, head: Head, log: readonly LoggedRow[]): PollResult['changes'] {
  const [first, ...rest] = log
  const leads =
    log.length === head.epoch - since.epoch + 1 &&
    log.every(({ epoch }, index) => epoch === since.epoch + index) &&
    first?.nonce === since.nonce &&
    log.at(-1)?.nonce === head.nonce
  if (!leads) return 'gap'
  const changes = rest.map(readChange)
  return changes.includes('corrupt') ? 'gap' : (changes as LoggedChange[])
}

function readChange({ epoch, nonce, announcements }: LoggedRow): LoggedChange | 'corrupt' {
  try {
    return { epoch, nonce, announcements: JSON.parse(announcements) as readonly Announcement[] }
  } catch {
    return 'corrupt'
  }
}

// No log reaches back to what is not an epoch.
function epochOf(since: Head | null): number {
  return since !== null && Number.isSafeInteger(since.epoch) && since.epoch >= 0 ? since.epoch : Number.MAX_SAFE_INTEGER
}
