import type { Activity, ActivityQuery, ListPage } from '@claviger/core/store'
import { type Expression, type ExpressionBuilder, type Insertable, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database, Queries } from './database/database.ts'
import { isLight } from './database/light.ts'
import type { ActivityTable, Tables } from './database/tables.ts'
import { retrying } from './database/transaction.ts'
import { chunks, integer, isStorable } from './database/values.ts'
import { isBehind, planPage } from './listing/page.ts'
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
  const [driving = always, ...others] = await bySize(database, query, filtersOf(query))
  const isHit = sql<SqlBool>`${sql.join([isLight(database.dialect), ...others], sql` and `)}`
  return walkPage(plan, async (after, count): Promise<readonly WalkedRow<Activity>[]> => {
    const rows = await retrying(database, () =>
      database.queries
        .selectFrom('activity')
        .select(['id', 'workspace_id', 'created_at'])
        .select((eb) => eb.case().when(isHit).then(eb.ref('record')).end().as('record'))
        .where((eb) => eb.and([within(eb, query), sql<SqlBool>`${driving}`, isBehind(eb, { ...plan, after })]))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(count)
        .execute(),
    )
    return rows.map((row) => ({ position: { at: integer(row.created_at), id: row.id }, item: readActivity(row) }))
  })
}

const always = sql<SqlBool>`1 = 1`
// Counted up to here: beyond, the lines that match all conditions are found soon enough.
const mostCounted = 2_000

function filtersOf({ targetId, actor, action }: ActivityQuery): readonly RawBuilder<SqlBool>[] {
  return [
    ...(targetId === undefined ? [] : [sql<SqlBool>`target_id = ${targetId}`]),
    ...(actor === undefined ? [] : [sql<SqlBool>`actor_type = ${actor.type} and actor_id = ${actor.id}`]),
    ...(action === undefined ? [] : [sql<SqlBool>`action = ${action}`]),
  ]
}

/** Filters, the one that matches the fewest lines first. */
async function bySize(
  database: Database,
  query: ActivityQuery,
  filters: readonly RawBuilder<SqlBool>[],
): Promise<readonly RawBuilder<SqlBool>[]> {
  if (filters.length <= 1) return filters
  const sized: { readonly filter: RawBuilder<SqlBool>; readonly count: number }[] = []
  for (const filter of filters) {
    const [row] = await retrying(database, () =>
      database.queries
        .selectFrom((eb) =>
          eb
            .selectFrom('activity')
            .select('id')
            .where((where) => where.and([within(where, query), filter]))
            .orderBy('created_at', 'desc')
            .orderBy('id')
            .limit(mostCounted)
            .as('counted'),
        )
        .select((eb) => eb.fn.countAll().as('count'))
        .execute(),
    )
    sized.push({ filter, count: integer(row?.count) })
    await nextTurn()
  }
  return sized.toSorted((a, b) => a.count - b.count).map(({ filter }) => filter)
}

function within(
  eb: ExpressionBuilder<Tables, 'activity'>,
  { workspaceId, from, to }: ActivityQuery,
): Expression<SqlBool> {
  return eb.and([
    eb('workspace_id', '=', workspaceId),
    ...(from === undefined ? [] : [eb('created_at', '>=', from)]),
    ...(to === undefined ? [] : [eb('created_at', '<', to)]),
  ])
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
