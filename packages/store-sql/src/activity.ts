import type { Activity, ActivityQuery, ListPage } from '@claviger/core/store'
import { type Insertable, type RawBuilder, sql } from 'kysely'
import type { Database, Queries } from './database/database.ts'
import { isLight } from './database/light.ts'
import type { ActivityTable } from './database/tables.ts'
import { retrying } from './database/transaction.ts'
import { chunks, integer, isStorable } from './database/values.ts'
import { firstInOrder, type OrderedRows, readInOrder } from './listing/in-order.ts'
import { planPage } from './listing/page.ts'
import { type WalkedRow, walkPage } from './listing/walk.ts'
import { nextTurn } from './next-turn.ts'

const rowsPerInsert = 64

/** Appends entries. One that is there already stays: the change that brings it again was sent again. */
export async function appendActivity(
  queries: Queries,
  { dialect }: Database,
  entries: readonly Activity[],
): Promise<void> {
  for (const some of chunks(entries, rowsPerInsert)) {
    await queries
      .insertInto('activity')
      .values(some.map(activityColumns))
      .modifyEnd(sql`${dialect.onDuplicate(['workspace_id', 'created_at', 'id'])} id = ${dialect.incoming('id')}`)
      .execute()
  }
}

/**
 * Lists activity of one workspace. Target, actor and action have an index each, in the order of the listing. With
 * several of them, the one that knows the fewest lines is walked, some lines at a time, and the others are looked at.
 */
export async function listActivity(database: Database, query: ActivityQuery): Promise<ListPage<Activity>> {
  const plan = planPage(query)
  const { workspaceId, targetId, actor, action } = query
  const texts = [workspaceId, targetId, actor?.type, actor?.id, action]
  if (!texts.every((text) => text === undefined || isStorable(text))) return { items: [], nextCursor: null }
  const [driving = everyLine, ...others] = await bySize(database, query, filtersOf(query))
  const isHit = sql.join([isLight(database.dialect), ...others.map(({ matches }) => matches)], sql` and `)
  const columns = sql`id, workspace_id, created_at, case when ${isHit} then record end as record`
  return walkPage(plan, async (after, count): Promise<readonly WalkedRow<Activity>[]> => {
    const rows = await readInOrder<LineRow>(database, linesOf(query, driving), columns, { after, count })
    return rows.map((row) => ({ position: { at: integer(row.created_at), id: row.id }, item: readActivity(row) }))
  })
}

interface LineRow {
  readonly id: string
  readonly workspace_id: string
  readonly created_at: unknown
  readonly record: string | null
}

/** A condition on lines, and the index that holds the lines that meet it in the order of the listing. */
interface Filter {
  readonly index: string
  readonly matches: RawBuilder<unknown>
}

const everyLine: Filter = { index: 'list', matches: sql`1 = 1` }
// Counted up to here: beyond, the lines that match all conditions are found soon enough.
const mostCounted = 2_000

function filtersOf({ targetId, actor, action }: ActivityQuery): readonly Filter[] {
  return [
    ...(targetId === undefined ? [] : [{ index: 'target', matches: sql`target_id = ${targetId}` }]),
    ...(actor === undefined
      ? []
      : [{ index: 'actor', matches: sql`actor_type = ${actor.type} and actor_id = ${actor.id}` }]),
    ...(action === undefined ? [] : [{ index: 'action', matches: sql`action = ${action}` }]),
  ]
}

/** Filters, the one that matches the fewest lines first. */
async function bySize(
  database: Database,
  query: ActivityQuery,
  filters: readonly Filter[],
): Promise<readonly Filter[]> {
  if (filters.length <= 1) return filters
  const sized: { readonly filter: Filter; readonly count: number }[] = []
  for (const filter of filters) {
    const lines = firstInOrder(database, linesOf(query, filter), sql`id`, mostCounted)
    const statement = sql<{ count: unknown }>`select count(*) as count from (${lines}) as counted`
    const { rows } = await retrying(database, () => statement.execute(database.queries))
    sized.push({ filter, count: integer(rows[0]?.count) })
    await nextTurn()
  }
  return sized.toSorted((a, b) => a.count - b.count).map(({ filter }) => filter)
}

function linesOf({ workspaceId, from, to }: ActivityQuery, { index, matches }: Filter): OrderedRows {
  const since = from === undefined ? sql`` : sql` and created_at >= ${from}`
  return { table: 'activity', index, where: sql`workspace_id = ${workspaceId} and ${matches}${since}`, before: to }
}

function activityColumns(entry: Activity): Insertable<ActivityTable> {
  return {
    workspace_id: entry.workspaceId,
    created_at: entry.at,
    id: entry.id,
    actor_type: entry.actor.type,
    actor_id: entry.actor.id,
    action: entry.action,
    target_id: entry.target.id,
    record: JSON.stringify(entry),
  }
}

/** Reads a line. One that does not answer the query comes without its record; one that cannot be read is left out. */
export function readActivity(row: { id: string; workspace_id: string; record: string | null }): Activity | undefined {
  if (row.record === null) return undefined
  try {
    const entry = JSON.parse(row.record) as Activity
    return entry.id === row.id && entry.workspaceId === row.workspace_id ? entry : undefined
  } catch {
    return undefined
  }
}
