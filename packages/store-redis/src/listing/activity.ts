import type { Activity, ActivityQuery, ListPage } from '@claviger/core/store'
import { listReply, numberReply, textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { filterSets, parseEntry } from '../indexes/activity.ts'
import {
  behind,
  behindMember,
  cursorOf,
  olderThan,
  partsOfMember,
  positionOfCursor,
  untilOlderThan,
} from '../indexes/cursors.ts'
import { readLinesScript } from '../scripts/read-lines.ts'
import { pageStart, type Row, scanPage } from './scan.ts'

const linesPerStep = 100

/**
 * Lists activity of one workspace, newest first. With filters, from the index that knows the fewest lines; the other
 * indexes tell which of them are meant, and only those are read.
 */
export async function listActivity(database: Database, query: ActivityQuery): Promise<ListPage<Activity>> {
  const { names, commands } = database
  pageStart(query)
  const newest = query.to === undefined ? '-' : olderThan(query.to)
  const max = query.from === undefined ? '+' : untilOlderThan(query.from)
  const log = names.activity(query.workspaceId)
  const sets = filterSets(names, query)
  if (sets.length === 0) {
    return scanPage(query, async (after, count) => {
      const min = after === undefined ? newest : behindMember(cursorOf(after))
      const members = textsReply(await commands.send('ZRANGEBYLEX', log, min, max, 'LIMIT', 0, count))
      return members.map((member) => rowOf(member, query))
    })
  }
  const [driving = '', ...others] = await bySize(database, sets, newest, max)
  return scanPage(query, async (after, count): Promise<readonly Row<Activity>[]> => {
    const min = after === undefined ? newest : behind(cursorOf(after))
    const cursors = textsReply(await commands.send('ZRANGEBYLEX', driving, min, max, 'LIMIT', 0, count))
    const lines = new Map<string, string>()
    const meant = await inAll(database, others, cursors)
    for (let first = 0; first < meant.length; first += linesPerStep) {
      const some = meant.slice(first, first + linesPerStep)
      for (const member of textsReply(await commands.run(readLinesScript, [log], some))) {
        lines.set(partsOfMember(member).cursor, member)
      }
    }
    return cursors.map((cursor) => {
      const member = lines.get(cursor)
      return member === undefined ? { position: positionOfCursor(cursor), item: undefined } : rowOf(member, query)
    })
  })
}

async function bySize(
  { commands }: Database,
  sets: readonly string[],
  min: string,
  max: string,
): Promise<readonly string[]> {
  if (sets.length === 1) return sets
  const sized = sets.map(async (set) => ({ set, size: numberReply(await commands.send('ZLEXCOUNT', set, min, max)) }))
  return (await Promise.all(sized)).toSorted((a, b) => a.size - b.size).map(({ set }) => set)
}

async function inAll(
  { commands }: Database,
  sets: readonly string[],
  cursors: readonly string[],
): Promise<readonly string[]> {
  let left = cursors
  for (const set of sets) {
    if (left.length === 0) return left
    const scores = listReply(await commands.send('ZMSCORE', set, ...left))
    left = left.filter((_, index) => scores[index] !== null && scores[index] !== undefined)
  }
  return left
}

function rowOf(member: string, query: ActivityQuery): Row<Activity> {
  const { cursor, content } = partsOfMember(member)
  const entry = parseEntry(content)
  return { position: positionOfCursor(cursor), item: entry !== undefined && matches(entry, query) ? entry : undefined }
}

function matches(entry: Activity, { workspaceId, targetId, actor, action, from, to }: ActivityQuery): boolean {
  return (
    entry.workspaceId === workspaceId &&
    (targetId === undefined || entry.target.id === targetId) &&
    (actor === undefined || (entry.actor.type === actor.type && entry.actor.id === actor.id)) &&
    (action === undefined || entry.action === action) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to)
  )
}
