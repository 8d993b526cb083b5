import { type Activity, type ActivityQuery, type Page, ValidationError } from '@claviger/core/store'
import type { Database } from './database.ts'
import { escaped, type KeyNames, unescaped } from './keys.ts'
import type { Operation } from './mutation.ts'
import { olderThan, placeOf, positionIn, untilOlderThan } from './places.ts'
import { textsReply } from './replies.ts'
import { type Row, scanPage } from './scan.ts'
import { purgeActivityScript } from './scripts/purge.ts'

// Between place and entry stands what no place contains: `escaped` leaves no control character.
const separator = '\u0000'
const activitiesPerStep = 200
const behindSeparator = '\u0001'

/** Appends entries. Done twice, it is done once: the members are the same. */
export function activityOperations(names: KeyNames, entries: readonly Activity[]): readonly Operation[] {
  return entries.flatMap((entry, index): Operation[] => {
    if (!Number.isSafeInteger(entry.at) || entry.at < 0) {
      throw new ValidationError(`activity[${index}].at`, 'at must be an instant in integer milliseconds.')
    }
    const member = `${placeOf(entry)}${separator}${JSON.stringify(entry)}`
    return [
      { type: 'ZADD', set: names.activity(entry.workspaceId), score: 0, member },
      { type: 'ZADD LT', set: names.activityWorkspaces, score: entry.at, member: escaped(entry.workspaceId) },
    ]
  })
}

/** Lists activity of one workspace, newest first. */
export async function listActivity({ names, commands }: Database, query: ActivityQuery): Promise<Page<Activity>> {
  const newest = query.to === undefined ? '-' : olderThan(query.to)
  const max = query.from === undefined ? '+' : untilOlderThan(query.from)
  const set = names.activity(query.workspaceId)
  return scanPage(query, async (after, count): Promise<readonly Row<Activity>[]> => {
    const min = after === undefined ? newest : `[${placeOf(after)}${behindSeparator}`
    const members = textsReply(await commands.send('ZRANGEBYLEX', set, min, max, 'LIMIT', 0, count))
    return members.map((member) => {
      const end = member.indexOf(separator)
      const entry = parsed(member.slice(end + 1))
      return { position: positionIn(member.slice(0, end)), item: entry && matches(entry, query) ? entry : undefined }
    })
  })
}

/** One step: removes some of the oldest entries of the workspace that has the oldest; gives whether there were any. */
export async function purgeActivity({ names, commands }: Database, before: number): Promise<boolean> {
  const range = ['-inf', `(${before}`, 'LIMIT', 0, 1]
  const [workspace] = textsReply(await commands.send('ZRANGEBYSCORE', names.activityWorkspaces, ...range))
  if (workspace === undefined) return false
  const keys = [names.activity(unescaped(workspace)), names.activityWorkspaces]
  await commands.run(purgeActivityScript, keys, [olderThan(before), activitiesPerStep, workspace])
  return true
}

function parsed(json: string): Activity | undefined {
  try {
    return JSON.parse(json)
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
