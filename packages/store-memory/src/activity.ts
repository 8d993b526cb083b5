import type { Activity, ActivityQuery, CursorPosition, ListPage } from '@claviger/core/store'
import { type Order, order } from './order.ts'
import { walk } from './walk.ts'

/** The activity of all workspaces, to be listed newest first. */
export interface ActivityBook {
  append(entry: Activity): void
  /** The page holds copies. */
  list(query: ActivityQuery): ListPage<Activity>
  /** Removes the lines that are old. */
  purge(isOld: (entry: Activity) => boolean): void
}

interface Log {
  readonly entries: Map<string, Activity>
  readonly all: Order
  /** What a listing may ask for, each in an order of its own: a page never reads the log of a workspace. */
  readonly byTarget: Map<string, Order>
  readonly byActor: Map<string, Order>
}

/** Makes an empty book. */
export function activityBook(): ActivityBook {
  const logs = new Map<string, Log>()

  return {
    append(entry) {
      const log = logs.get(entry.workspaceId) ?? emptyLog()
      logs.set(entry.workspaceId, log)
      add(log, entry)
    },
    list: (query) => listOf(logs.get(query.workspaceId) ?? emptyLog(), query),
    purge(isOld) {
      for (const [workspaceId, { entries }] of logs) {
        const kept = [...entries.values()].filter((entry) => !isOld(entry))
        if (kept.length === entries.size) continue
        const log = emptyLog()
        for (const entry of kept) add(log, entry)
        if (kept.length > 0) logs.set(workspaceId, log)
        else logs.delete(workspaceId)
      }
    },
  }
}

function emptyLog(): Log {
  return { entries: new Map(), all: order(), byTarget: new Map(), byActor: new Map() }
}

function add({ entries, all, byTarget, byActor }: Log, entry: Activity): void {
  const position = { at: entry.at, id: entry.id }
  entries.set(entry.id, entry)
  all.add(position)
  orderIn(byTarget, entry.target.id).add(position)
  orderIn(byActor, actorName(entry.actor)).add(position)
}

function orderIn(orders: Map<string, Order>, name: string): Order {
  const known = orders.get(name) ?? order()
  orders.set(name, known)
  return known
}

function actorName({ type, id }: Activity['actor']): string {
  return `${type} ${id}`
}

function listOf(log: Log, query: ActivityQuery): ListPage<Activity> {
  const { targetId, actor, to } = query
  const asked = [
    ...(targetId === undefined ? [] : [log.byTarget.get(targetId) ?? order()]),
    ...(actor === undefined ? [] : [log.byActor.get(actorName(actor)) ?? order()]),
    log.all,
  ]
  const narrowest = asked.reduce((least, one) => (one.size < least.size ? one : least))
  // What is too new is not looked at: an empty id stands before every other of its instant.
  const newest = to === undefined ? undefined : { at: to - 1, id: '' }
  const { items, nextCursor } = walk(
    (after) => rowsIn(log, narrowest, after ?? newest, query.from),
    ({ entry }) => matches(entry, query),
    query,
  )
  return { items: structuredClone(items.map(({ entry }) => entry)), nextCursor }
}

interface Row {
  readonly id: string
  readonly createdAt: number
  readonly entry: Activity
}

/** The lines of an order behind a position, up to the first that is too old. */
function* rowsIn(
  { entries }: Log,
  some: Order,
  after: CursorPosition | undefined,
  from: number | undefined,
): Iterable<Row> {
  for (const id of some.behind(after)) {
    const entry = entries.get(id)
    if (entry === undefined) continue
    if (from !== undefined && entry.at < from) return
    yield { id, createdAt: entry.at, entry }
  }
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
