import type { Activity, ActivityQuery, Page } from '@claviger/core/store'
import { type Insertable, type Selectable, sql } from 'kysely'
import { chunks } from './database/chunks.ts'
import type { Database, Queries } from './database/database.ts'
import { retrying } from './database/retrying.ts'
import type { ActivityTable } from './database/tables.ts'
import { isStorable } from './database/texts.ts'
import { isBehind, pageOf, planPage } from './page.ts'

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

/** Lists activity of one workspace. */
export async function listActivity(database: Database, query: ActivityQuery): Promise<Page<Activity>> {
  const plan = planPage(query)
  const { workspaceId, targetId, actor, action, from, to } = query
  const texts = [workspaceId, targetId, actor?.type, actor?.id, action]
  if (!texts.every((text) => text === undefined || isStorable(text))) return { items: [], nextCursor: null }
  const rows = await retrying(database, () => {
    let select = database.queries
      .selectFrom('activity')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where((eb) => isBehind(eb, plan))
    if (targetId !== undefined) select = select.where('target_id', '=', targetId)
    if (actor !== undefined) select = select.where('actor_type', '=', actor.type).where('actor_id', '=', actor.id)
    if (action !== undefined) select = select.where('action', '=', action)
    if (from !== undefined) select = select.where('created_at', '>=', from)
    if (to !== undefined) select = select.where('created_at', '<', to)
    return select.orderBy('created_at', 'desc').orderBy('id').limit(plan.fetch).execute()
  })
  return pageOf(rows, plan, readActivity)
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

function readActivity(row: Selectable<ActivityTable>): Activity | 'corrupt' {
  try {
    const entry = JSON.parse(row.record) as Activity
    return entry.id === row.id && entry.workspaceId === row.workspace_id ? entry : 'corrupt'
  } catch {
    return 'corrupt'
  }
}
