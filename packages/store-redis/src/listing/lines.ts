import { type ActivityAfter, type PlacedActivity, requireLimit, requirePosition } from '@claviger/core/store'
import { numberReply, textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { parseEntry } from '../indexes/activity.ts'
import { cursorInText, cursorOf, partsOfMember, textInMember } from '../indexes/cursors.ts'
import { linesOfLogsScript, numberedLinesScript } from '../scripts/lines.ts'

/** A line that has a number. */
interface NumberedLine {
  readonly position: number
  readonly workspaceId: string
  readonly cursor: string
}

/** Reads lines of all workspaces behind a position. One that is purged meanwhile is left out. */
export async function activityAfter(
  { names, commands }: Database,
  position: number,
  limit: number,
): Promise<ActivityAfter> {
  requirePosition(position)
  requireLimit(limit)
  const reply = textsReply(await commands.run(numberedLinesScript, [names.head, names.lines], [position, limit]))
  const [last, ...members] = reply
  const numbered = Array.from({ length: members.length / 2 }, (_, index): NumberedLine => {
    const member = members[2 * index] ?? ''
    return {
      position: numberReply(members[2 * index + 1]),
      workspaceId: textInMember(member),
      cursor: cursorInText(member),
    }
  })
  const logs = [...new Set(numbered.map(({ workspaceId }) => names.activity(workspaceId)))]
  const numbers = new Map(logs.map((log, index) => [log, index + 1]))
  const wanted = numbered.flatMap(({ workspaceId, cursor }) => [numbers.get(names.activity(workspaceId)) ?? 0, cursor])
  const lines = numbered.length === 0 ? [] : textsReply(await commands.run(linesOfLogsScript, logs, wanted))
  const end = numberReply(last)
  return {
    items: numbered.flatMap((line, index) => readLine(line, lines[index] ?? '')),
    through: numbered.length < limit ? end : (numbered.at(-1)?.position ?? end),
    last: end,
  }
}

function readLine({ position, workspaceId, cursor }: NumberedLine, member: string): readonly PlacedActivity[] {
  const entry = member === '' ? undefined : parseEntry(partsOfMember(member).content)
  return entry !== undefined && entry.workspaceId === workspaceId && cursorOf(entry) === cursor
    ? [{ position, entry }]
    : []
}
