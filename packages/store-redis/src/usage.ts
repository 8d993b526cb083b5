import {
  cutAtDays,
  dayMs,
  daysIn,
  hourMs,
  type UsageBatch,
  type UsagePoint,
  type UsageQuery,
  usageSummary,
} from '@claviger/core/store'
import type { Database } from './database.ts'
import { escaped } from './keys.ts'
import { placeOf } from './places.ts'
import { findKeys } from './records.ts'
import { addCountsScript } from './scripts/add-counts.ts'
import { readCountsScript } from './scripts/read-counts.ts'
import { touchKeysScript } from './scripts/touch-keys.ts'
import { listReply, textsReply } from './replies.ts'
import { bySlot, usageParts } from './usage-parts.ts'
import { entriesOfRow, totalsField, wholeDay } from './usage-rows.ts'

const markerLifeMs = 7 * 24 * 3_600_000
// What one script does is done before anybody else is served: each is a millisecond or two.
const hashesPerRead = 100
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

/** Sums counts: of a workspace from its totals, of a key from its days and hours. */
export async function readUsage(database: Database, query: UsageQuery): Promise<readonly UsagePoint[]> {
  const { workspaceId, keyId, from, to } = query
  const slot = database.names.usageShard(workspaceId)
  const { wholeDays, edges } = query.bucket === 'hour' ? { wholeDays: null, edges: [{ from, to }] } : cutAtDays(query)
  const days = wholeDays === null ? [] : daysIn(wholeDays)
  const summary = usageSummary(query)
  const add = async (hashes: readonly Hash[], fields: readonly string[]): Promise<void> => {
    for await (const { hash, field, json } of rowsOf(database, hashes, fields)) {
      const hour = field === wholeDay || keyId !== undefined ? hash.start : Number(field)
      for (const entry of entriesOfRow({ workspaceId, hour, keyId: keyId ?? '' }, json)) summary.add(entry)
    }
  }
  if (keyId === undefined) {
    const dayHash = (start: number): Hash => ({ name: slot.totals(workspaceId, start), start })
    await add(days.map(dayHash), [wholeDay])
    for (const edge of edges) {
      for (const day of daysIn(edge)) await add([dayHash(day)], hoursOf(edge, day).map(totalsField))
    }
  } else {
    await add(
      days.map((start) => ({ name: slot.dayCounts(workspaceId, start), start })),
      [escaped(keyId)],
    )
    const hours = edges.flatMap((edge) => hoursIn(edge))
    await add(
      hours.map((start) => ({ name: slot.counts(workspaceId, start), start })),
      [escaped(keyId)],
    )
  }
  return summary.points()
}

/** A hash of counts, and where they start. */
export interface Hash {
  readonly name: string
  readonly start: number
}

/** Reads the same fields of many hashes, some at a time. */
export async function* rowsOf<One extends { readonly name: string }>(
  { commands }: Pick<Database, 'commands'>,
  hashes: readonly One[],
  fields: readonly string[],
): AsyncGenerator<{ readonly hash: One; readonly field: string; readonly json: string }> {
  const size = Math.max(1, Math.floor(hashesPerRead / Math.max(1, fields.length / 4)))
  for (let first = 0; first < hashes.length; first += size) {
    const some = hashes.slice(first, first + size)
    const reply = listReply(
      await commands.run(
        readCountsScript,
        some.map(({ name }) => name),
        fields,
      ),
    )
    for (const [index, hash] of some.entries()) {
      const pairs = textsReply(reply[index])
      for (let at = 0; at + 1 < pairs.length; at += 2) yield { hash, field: pairs[at] ?? '', json: pairs[at + 1] ?? '' }
    }
  }
}

/** Every full hour of a range. */
export function hoursIn({ from, to }: { readonly from: number; readonly to: number }): readonly number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / hourMs)) }, (_, index) => from + index * hourMs)
}

function hoursOf({ from, to }: { readonly from: number; readonly to: number }, day: number): readonly number[] {
  return hoursIn({ from: Math.max(from, day), to: Math.min(to, day + dayMs) })
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
    return [{ used: [names.lastUsed(id), ...sets], rest: [placeOf({ at: createdAt, id }), latest.get(id) ?? 0] }]
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
