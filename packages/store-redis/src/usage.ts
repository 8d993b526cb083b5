import { type UsageBatch, type UsageEntry, type UsagePoint, type UsageQuery, usageSummary } from '@claviger/core/store'
import type { Database } from './database.ts'
import { escaped, type UsageKeyNames } from './keys.ts'
import { placeOf } from './places.ts'
import { findKeys } from './records.ts'
import { addCountsScript } from './scripts/add-counts.ts'
import { readCountsScript } from './scripts/read-counts.ts'
import { touchKeysScript } from './scripts/touch-keys.ts'
import { listReply, textsReply } from './replies.ts'
import { countsMember, entriesOfRow } from './usage-rows.ts'

// A batch is sent again within minutes. Longer than any outage that a process survives, and then forgotten.
const markerLifeMs = 7 * 24 * 3_600_000
const hoursPerRead = 200

/**
 * Adds counts, slot by slot, and last of all when keys were last used. Each slot knows by a marker of its own whether it
 * has this batch, so a batch that failed half-way is completed when it is sent again.
 */
export async function addUsage(database: Database, batch: UsageBatch): Promise<void> {
  const { commands, names } = database
  const done = await commands.send('GET', names.usedBatch(batch.instanceId))
  if (typeof done === 'string' && batch.sequence <= Number(done)) return
  const slots = new Map<UsageKeyNames, UsageEntry[]>()
  for (const entry of batch.entries) {
    const slot = names.usageShard(entry.workspaceId)
    const entries = slots.get(slot)
    if (entries === undefined) slots.set(slot, [entry])
    else entries.push(entry)
  }
  await Promise.all([...slots].map(([slot, entries]) => addCounts(database, slot, batch, entries)))
  await touchKeys(database, batch)
}

/** Sums the counts of one workspace. */
export async function readUsage({ commands, names }: Database, query: UsageQuery): Promise<readonly UsagePoint[]> {
  const { workspaceId, keyId } = query
  const slot = names.usageShard(workspaceId)
  const range = [String(query.from), `(${query.to}`]
  const hours = textsReply(await commands.send('ZRANGEBYSCORE', slot.hours(workspaceId), ...range)).map(Number)
  const summary = usageSummary(query)
  for (let first = 0; first < hours.length; first += hoursPerRead) {
    const some = hours.slice(first, first + hoursPerRead)
    const keys = some.map((hour) => slot.counts(workspaceId, hour))
    const reply = listReply(await commands.run(readCountsScript, keys, keyId === undefined ? [] : [escaped(keyId)]))
    for (const [index, hour] of some.entries()) {
      for (const entry of entriesOfRow({ workspaceId, hour }, textsReply(reply[index]))) summary.add(entry)
    }
  }
  return summary.points()
}

async function addCounts(
  { commands }: Database,
  slot: UsageKeyNames,
  { instanceId, sequence }: UsageBatch,
  entries: readonly UsageEntry[],
): Promise<void> {
  const hours = new Map<string, { number: number; entry: UsageEntry }>()
  for (const entry of entries) {
    const name = slot.counts(entry.workspaceId, entry.hour)
    if (!hours.has(name)) hours.set(name, { number: hours.size + 1, entry })
  }
  const keys = [
    slot.batch(instanceId),
    slot.countsByAge,
    ...[...hours].flatMap(([name, { entry }]) => [name, slot.hours(entry.workspaceId)]),
  ]
  await commands.run(addCountsScript, keys, [
    sequence,
    markerLifeMs,
    hours.size,
    ...[...hours.values()].flatMap(({ entry }) => [entry.hour, countsMember(entry)]),
    entries.length,
    ...entries.flatMap((entry) => {
      const codes = Object.entries(entry.denied)
      return [
        hours.get(slot.counts(entry.workspaceId, entry.hour))?.number ?? 0,
        escaped(entry.keyId),
        entry.version,
        entry.requests,
        entry.allowed,
        entry.clientErrors,
        entry.serverErrors,
        entry.lastUsedAt,
        codes.length,
        ...codes.flat(),
      ]
    }),
  ])
}

async function touchKeys(database: Database, { instanceId, sequence, entries }: UsageBatch): Promise<void> {
  const { commands, names } = database
  const latest = new Map<string, number>()
  for (const { keyId, lastUsedAt } of entries) latest.set(keyId, Math.max(latest.get(keyId) ?? 0, lastUsedAt))
  const workspaces = new Map(entries.map(({ keyId, workspaceId }) => [`${keyId} ${workspaceId}`, true]))
  const records = await findKeys(database, [...latest.keys()])
  const keys = [names.usedBatch(instanceId)]
  const numbers = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = numbers.get(name) ?? keys.push(name)
    numbers.set(name, known)
    return known
  }
  const touches = [...records].flatMap(([id, record]) => {
    if (record === 'corrupt' || !workspaces.has(`${id} ${record.workspaceId}`)) return []
    const { workspaceId, createdAt } = record
    const [byCreation, byLastUse] = [names.byCreation(workspaceId), names.byLastUse(workspaceId)]
    const named = [names.lastUsed(id), byCreation, byLastUse, names.neverUsed(workspaceId)].map(numberOf)
    return [[...named, placeOf({ at: createdAt, id }), latest.get(id) ?? 0]]
  })
  await commands.run(touchKeysScript, keys, [sequence, markerLifeMs, touches.length, ...touches.flat()])
}
