import type { UsageBatch } from '@claviger/core/store'
import type { Database } from '../database.ts'
import { cursorOf } from '../indexes/cursors.ts'
import { findKeys } from '../records.ts'
import { addCountsScript } from '../scripts/add-counts.ts'
import { touchKeysScript } from '../scripts/touch-keys.ts'
import { bySlot, markerLifeMs, usageParts } from './parts.ts'

// What one script does is done before anyone else is served: this is a millisecond or two.
const touchesPerScript = 200

/**
 * Adds counts, slot by slot and part by part, and last of all when keys were last used. Each slot knows by a marker of
 * its own how much of this batch it has, so a batch that failed half-way is completed when it is sent again.
 */
export async function addUsage(database: Database, batch: UsageBatch): Promise<void> {
  const { commands, names } = database
  const done = await commands.send('GET', names.usedBatch(batch.instanceId))
  if (typeof done === 'string' && batch.sequence <= Number(done)) return
  for (const [slot, entries] of bySlot(names, batch.entries)) {
    for (const { keys, args } of usageParts(slot, batch, entries)) await commands.run(addCountsScript, keys, args)
  }
  await touchKeys(database, batch)
}

async function touchKeys(database: Database, { instanceId, sequence, entries }: UsageBatch): Promise<void> {
  const { commands, names } = database
  const latest = new Map<string, number>()
  for (const { keyId, lastUsedAt } of entries) latest.set(keyId, Math.max(latest.get(keyId) ?? 0, lastUsedAt))
  const workspaces = new Set(entries.map(({ keyId, workspaceId }) => `${keyId} ${workspaceId}`))
  const records = await findKeys(database, [...latest.keys()])
  const touches = [...records].flatMap(([id, record]) => {
    if (record === 'corrupt' || !workspaces.has(`${id} ${record.workspaceId}`)) return []
    const { workspaceId, createdAt } = record
    const sets = [names.byCreation(workspaceId), names.byLastUse(workspaceId), names.neverUsed(workspaceId)]
    return [{ used: [names.lastUsed(id), ...sets], rest: [cursorOf({ at: createdAt, id }), latest.get(id) ?? 0] }]
  })
  // Forward only, so doing a part twice changes nothing: the batch is marked with the last.
  for (let first = 0; first === 0 || first < touches.length; first += touchesPerScript) {
    const some = touches.slice(first, first + touchesPerScript)
    const isLast = first + touchesPerScript >= touches.length
    const keys = [...new Set([names.usedBatch(instanceId), ...some.flatMap(({ used }) => used)])]
    const numbers = new Map(keys.map((name, index) => [name, index + 1]))
    const args = some.flatMap(({ used, rest }) => [...used.map((name) => numbers.get(name) ?? 0), ...rest])
    await commands.run(touchKeysScript, keys, [sequence, isLast ? 1 : 0, markerLifeMs, some.length, ...args])
  }
}
