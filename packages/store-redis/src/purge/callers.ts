import { callersOfMember } from '../callers/members.ts'
import { textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { purgeCallersScript } from '../scripts/callers.ts'

// Small steps: Redis does one thing at a time, and verifications wait in the same line.
const keysPerStep = 100

/** One step in the first slot that has old callers; gives whether one had. */
export async function purgeCallers({ names, commands }: Database, before: number): Promise<boolean> {
  for (const slot of names.usageShards) {
    const range = ['-inf', `(${before}`, 'LIMIT', 0, keysPerStep]
    const members = textsReply(await commands.send('ZRANGEBYSCORE', slot.callersByAge, ...range))
    if (members.length === 0) continue
    const found = members.map((member) => ({ member, key: callersOfMember(member) }))
    const sets = found.flatMap(({ key }) => (key === undefined ? [] : [slot.callers(key.workspaceId, key.keyId)]))
    const keys = [slot.callersByAge, ...sets]
    let number = 1
    const args = found.flatMap(({ member, key }) => [member, key === undefined ? 0 : (number += 1)])
    await commands.run(purgeCallersScript, keys, [-before, ...args])
    return true
  }
  return false
}
