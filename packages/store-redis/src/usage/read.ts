import { cutAtDays, dayMs, daysIn, hourMs, type UsagePoint, type UsageQuery, usageSummary } from '@claviger/core/store'
import { listReply, textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { escaped } from '../names.ts'
import { readCountsScript } from '../scripts/read-counts.ts'
import { entriesOfRow, totalsField, wholeDay } from './rows.ts'

// What one script does is done before anyone else is served: this is a millisecond or two.
const hashesPerRead = 100

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
