import type { Activity, ActivityQuery, ListPage } from '@claviger/core/store'
import type { Database } from './database.ts'
import { pageOf } from './page.ts'

/** Appends copies. */
export function appendActivity({ activity, lines }: Database, entries: readonly Activity[]): void {
  for (const entry of entries) {
    const copy = structuredClone(entry)
    const log = activity.get(entry.workspaceId)
    if (log === undefined) activity.set(entry.workspaceId, [copy])
    else log.push(copy)
    lines.append(copy)
  }
}

/** Lists activity of one workspace; the page holds copies. */
export function listActivity(activity: ReadonlyMap<string, Activity[]>, query: ActivityQuery): ListPage<Activity> {
  const matching = (activity.get(query.workspaceId) ?? []).filter((entry) => matches(entry, query))
  const { items, nextCursor } = pageOf(matching, (entry) => entry.at, query)
  return { items: structuredClone(items), nextCursor }
}

function matches(entry: Activity, { targetId, actor, action, from, to }: ActivityQuery): boolean {
  return (
    (targetId === undefined || entry.target.id === targetId) &&
    (actor === undefined || (entry.actor.type === actor.type && entry.actor.id === actor.id)) &&
    (action === undefined || entry.action === action) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to)
  )
}
