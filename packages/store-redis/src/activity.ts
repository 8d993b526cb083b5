import { type Activity, type ActivityQuery, type Page, ValidationError } from '@claviger/core/store'
import type { Database } from './database.ts'
import { escaped, type KeyNames, unescaped } from './keys.ts'
import type { Operation } from './mutation.ts'
import {
  behind,
  behindMember,
  memberAt,
  olderThan,
  partsOfMember,
  placeOf,
  positionIn,
  untilOlderThan,
} from './places.ts'
import { listReply, numberReply, textsReply } from './replies.ts'
import { pageStart, type Row, scanPage } from './scan.ts'
import { purgeActivityScript } from './scripts/purge.ts'
import { readLinesScript } from './scripts/read-lines.ts'

const linesPerStep = 100

/** Appends entries. Done twice, it is done once: the members are the same. */
export function activityOperations(names: KeyNames, entries: readonly Activity[]): readonly Operation[] {
  return entries.flatMap((entry, index): Operation[] => {
    if (!Number.isSafeInteger(entry.at) || entry.at < 0) {
      throw new ValidationError(`activity[${index}].at`, 'at must be an instant in integer milliseconds.')
    }
    const place = placeOf(entry)
    return [
      {
        type: 'ZADD',
        set: names.activity(entry.workspaceId),
        score: 0,
        member: memberAt(place, JSON.stringify(entry)),
      },
      ...indexesOf(names, entry).map((set) => ({ type: 'ZADD', set, score: 0, member: place }) as const),
      { type: 'ZADD LT', set: names.activityWorkspaces, score: entry.at, member: escaped(entry.workspaceId) },
    ]
  })
}

/** Where an entry is listed besides the log. */
function indexesOf(names: KeyNames, { workspaceId, target, actor, action }: Activity): readonly string[] {
  return filterSets(names, { workspaceId, targetId: target.id, actor, action })
}

/** The sorted sets that know what the filters of a query match. */
function filterSets(
  names: KeyNames,
  { workspaceId, targetId, actor, action }: Pick<ActivityQuery, 'workspaceId' | 'targetId' | 'actor' | 'action'>,
): readonly string[] {
  return [
    ...(targetId === undefined ? [] : [names.activityByTarget(workspaceId, targetId)]),
    ...(actor === undefined ? [] : [names.activityByActor(workspaceId, actor)]),
    ...(action === undefined ? [] : [names.activityByAction(workspaceId, action)]),
  ]
}

/**
 * Lists activity of one workspace, newest first. With filters, from the index that knows the fewest lines; the other
 * indexes tell which of them are meant, and only those are read.
 */
export async function listActivity(database: Database, query: ActivityQuery): Promise<Page<Activity>> {
  const { names, commands } = database
  pageStart(query)
  const newest = query.to === undefined ? '-' : olderThan(query.to)
  const max = query.from === undefined ? '+' : untilOlderThan(query.from)
  const log = names.activity(query.workspaceId)
  const sets = filterSets(names, query)
  if (sets.length === 0) {
    return scanPage(query, async (after, count) => {
      const min = after === undefined ? newest : behindMember(placeOf(after))
      const members = textsReply(await commands.send('ZRANGEBYLEX', log, min, max, 'LIMIT', 0, count))
      return members.map((member) => rowOf(member, query))
    })
  }
  const [driving = '', ...others] = await bySize(database, sets, newest, max)
  return scanPage(query, async (after, count): Promise<readonly Row<Activity>[]> => {
    const min = after === undefined ? newest : behind(placeOf(after))
    const places = textsReply(await commands.send('ZRANGEBYLEX', driving, min, max, 'LIMIT', 0, count))
    const lines = new Map<string, string>()
    const meant = await inAll(database, others, places)
    for (let first = 0; first < meant.length; first += linesPerStep) {
      const some = meant.slice(first, first + linesPerStep)
      for (const member of textsReply(await commands.run(readLinesScript, [log], some))) {
        lines.set(partsOfMember(member).place, member)
      }
    }
    return places.map((place) => {
      const member = lines.get(place)
      return member === undefined ? { position: positionIn(place), item: undefined } : rowOf(member, query)
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
  places: readonly string[],
): Promise<readonly string[]> {
  let left = places
  for (const set of sets) {
    if (left.length === 0) return left
    const scores = listReply(await commands.send('ZMSCORE', set, ...left))
    left = left.filter((_, index) => scores[index] !== null && scores[index] !== undefined)
  }
  return left
}

/** One step: removes some of the oldest lines of the workspace that has the oldest; gives whether there were any. */
export async function purgeActivity({ names, commands }: Database, before: number): Promise<boolean> {
  const range = ['-inf', `(${before}`, 'LIMIT', 0, 1]
  const [workspace] = textsReply(await commands.send('ZRANGEBYSCORE', names.activityWorkspaces, ...range))
  if (workspace === undefined) return false
  const log = names.activity(unescaped(workspace))
  const old = ['+', olderThan(before), 'BYLEX', 'REV', 'LIMIT', 0, linesPerStep]
  const lines = textsReply(await commands.send('ZRANGE', log, ...old)).map((member) => {
    const { place, content } = partsOfMember(member)
    const entry = parsed(content)
    return { member, place, sets: entry === undefined ? [] : indexesOf(names, entry) }
  })
  const sets = [...new Set(lines.flatMap((line) => line.sets))]
  const numbers = new Map(sets.map((set, index) => [set, index + 3]))
  await commands.run(
    purgeActivityScript,
    [log, names.activityWorkspaces, ...sets],
    [
      workspace,
      ...lines.flatMap((line) => [
        line.member,
        line.place,
        line.sets.length,
        ...line.sets.map((set) => numbers.get(set) ?? 0),
      ]),
    ],
  )
  return true
}

function rowOf(member: string, query: ActivityQuery): Row<Activity> {
  const { place, content } = partsOfMember(member)
  const entry = parsed(content)
  return { position: positionIn(place), item: entry !== undefined && matches(entry, query) ? entry : undefined }
}

function parsed(json: string): Activity | undefined {
  try {
    const entry: Partial<Activity> | null = JSON.parse(json)
    return entry?.target && entry.actor ? (entry as Activity) : undefined
  } catch {
    return undefined
  }
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
