import { type CallerEntry, type CallersQuery, mergeCallers, mostCallers } from '@claviger/core/store'
import { textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { readCallersScript } from '../scripts/callers.ts'
import { callerOf } from './members.ts'

/** Reads who used a key. A member that cannot be read is left out. */
export async function readCallers(
  { commands, names }: Database,
  { workspaceId, keyId }: CallersQuery,
): Promise<readonly CallerEntry[]> {
  const set = names.usageShard(workspaceId).callers(workspaceId, keyId)
  const reply = textsReply(await commands.run(readCallersScript, [set], [mostCallers]))
  const callers = Array.from({ length: Math.floor(reply.length / 2) }, (_, index) =>
    callerOf({ workspaceId, keyId }, reply[2 * index] ?? '', 0 - Number(reply[2 * index + 1])),
  )
  return mergeCallers(callers, [])
}
