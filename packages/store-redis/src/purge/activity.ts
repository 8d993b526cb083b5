import { partsOfMember, olderThan } from '../indexes/cursors.ts'
import { textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { indexesOf, parseEntry } from '../indexes/activity.ts'
import { unescaped } from '../names.ts'
import { purgeActivityScript } from '../scripts/purge.ts'

const linesPerStep = 100

/** One step: removes some of the oldest lines of the workspace that has the oldest; gives whether there were any. */
export async function purgeActivity({ names, commands }: Database, before: number): Promise<boolean> {
  const range = ['-inf', `(${before}`, 'LIMIT', 0, 1]
  const [workspace] = textsReply(await commands.send('ZRANGEBYSCORE', names.activityWorkspaces, ...range))
  if (workspace === undefined) return false
  const log = names.activity(unescaped(workspace))
  const old = ['+', olderThan(before), 'BYLEX', 'REV', 'LIMIT', 0, linesPerStep]
  const lines = textsReply(await commands.send('ZRANGE', log, ...old)).map((member) => {
    const { cursor, content } = partsOfMember(member)
    const entry = parseEntry(content)
    return { member, cursor, sets: entry === undefined ? [] : indexesOf(names, entry) }
  })
  const sets = [...new Set(lines.flatMap((line) => line.sets))]
  const numbers = new Map(sets.map((set, index) => [set, index + 4]))
  await commands.run(
    purgeActivityScript,
    [log, names.activityWorkspaces, names.lines, ...sets],
    [
      workspace,
      ...lines.flatMap((line) => [
        line.member,
        line.cursor,
        line.sets.length,
        ...line.sets.map((set) => numbers.get(set) ?? 0),
      ]),
    ],
  )
  return true
}
