import { type Activity, type ActivityQuery, ValidationError } from '@claviger/core/store'
import { escaped, type KeyNames } from '../names.ts'
import { cursorOf, memberAt, textMember } from './cursors.ts'
import type { Operation } from './operation.ts'

/** Appends entries. Done twice, it is done once: the members are the same. */
export function activityOperations(names: KeyNames, entries: readonly Activity[]): readonly Operation[] {
  return entries.flatMap((entry, index): Operation[] => {
    if (!Number.isSafeInteger(entry.at) || entry.at < 0) {
      throw new ValidationError(`activity[${index}].at`, 'at must be an instant in integer milliseconds.')
    }
    const cursor = cursorOf(entry)
    return [
      {
        type: 'ZADD',
        set: names.activity(entry.workspaceId),
        score: 0,
        member: memberAt(cursor, JSON.stringify(entry)),
      },
      ...indexesOf(names, entry).map((set) => ({ type: 'ZADD', set, score: 0, member: cursor }) as const),
      { type: 'LINE', set: names.lines, member: textMember(entry.workspaceId, cursor) },
      { type: 'ZADD LT', set: names.activityWorkspaces, score: entry.at, member: escaped(entry.workspaceId) },
    ]
  })
}

/** Where an entry is listed besides the log. */
export function indexesOf(names: KeyNames, { workspaceId, target, actor, action }: Activity): readonly string[] {
  return filterSets(names, { workspaceId, targetId: target.id, actor, action })
}

/** The sorted sets that know what the filters of a query match. */
export function filterSets(
  names: KeyNames,
  { workspaceId, targetId, actor, action }: Pick<ActivityQuery, 'workspaceId' | 'targetId' | 'actor' | 'action'>,
): readonly string[] {
  return [
    ...(targetId === undefined ? [] : [names.activityByTarget(workspaceId, targetId)]),
    ...(actor === undefined ? [] : [names.activityByActor(workspaceId, actor)]),
    ...(action === undefined ? [] : [names.activityByAction(workspaceId, action)]),
  ]
}

/** Reads the entry in a line of the log; undefined where it cannot be read. */
export function parseEntry(json: string): Activity | undefined {
  try {
    const entry: Partial<Activity> | null = JSON.parse(json)
    return entry?.target && entry.actor ? (entry as Activity) : undefined
  } catch {
    return undefined
  }
}
