import { dayMs, hourMs } from '@claviger/core/store'
import { textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import type { UsageKeyNames } from '../names.ts'
import { purgeDayScript } from '../scripts/purge.ts'
import { dayOfMember } from '../usage/rows.ts'

// Small steps: Redis does one thing at a time, and verifications wait in the same line.
const lastHoursPerStep = 500

/** One step in the first slot that has old days; gives whether one had. */
export async function purgeUsage(database: Database, before: number): Promise<boolean> {
  for (const slot of database.names.usageShards) {
    const range = ['-inf', `(${before}`, 'LIMIT', 0, 1]
    const [member] = textsReply(await database.commands.send('ZRANGEBYSCORE', slot.daysByAge, ...range))
    if (member === undefined) continue
    await purgeDay(database, slot, member)
    return true
  }
  return false
}

async function purgeDay({ commands }: Database, slot: UsageKeyNames, member: string): Promise<void> {
  const { workspaceId, day } = dayOfMember(member)
  const hours = Array.from({ length: dayMs / hourMs }, (_, index) => day + index * hourMs)
  const keys = [
    slot.daysByAge,
    slot.days(workspaceId),
    slot.lastHours(workspaceId),
    slot.dayCounts(workspaceId, day),
    slot.totals(workspaceId, day),
    slot.busiest(workspaceId, day),
    ...hours.map((hour) => slot.counts(workspaceId, hour)),
  ]
  const args = [member, String(day), day + dayMs, lastHoursPerStep]
  await commands.run(purgeDayScript, keys, args)
}
