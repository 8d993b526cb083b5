import {
  addCounts,
  type BusiestKeys,
  type BusiestQuery,
  type BusiestSource,
  cutAtDays,
  dayOf,
  daysIn,
  findBusiest,
  type KeyTotals,
  noCounts,
  sumEntries,
  type UsageEntry,
} from '@claviger/core/store'
import type { Database } from '../database.ts'
import { escaped, unescaped } from '../names.ts'
import { listReply, numberReply, textsReply } from '../client/replies.ts'
import { readBusiestScript, readScoresScript } from '../scripts/read-busiest.ts'
import { hoursIn, rowsOf } from './read.ts'
import { entriesOfRow } from './rows.ts'

// What one script reads: a millisecond or two of Redis's only thread.
const membersPerScript = 2_000

/** Finds the busiest keys of a workspace from the sorted set of each day. */
export async function busiestKeys(database: Database, query: BusiestQuery): Promise<BusiestKeys> {
  if (query.to <= query.from) return { keys: [], othersAtMost: 0, activeKeys: 0 }
  return findBusiest(query, sourceIn(database, query))
}

function sourceIn(database: Database, query: BusiestQuery): BusiestSource {
  const { commands, names } = database
  const { workspaceId, from, to } = query
  const slot = names.usageShard(workspaceId)
  const { wholeDays, edges } = cutAtDays(query)

  /** Runs a script over the sorted sets of some days, several at a time. */
  const overDays = async (
    script: typeof readBusiestScript,
    days: readonly number[],
    args: readonly (string | number)[],
    membersPerDay: number,
  ): Promise<readonly unknown[]> => {
    const replies: unknown[] = []
    const size = Math.max(1, Math.floor(membersPerScript / membersPerDay))
    for (let first = 0; first < days.length; first += size) {
      const sets = days.slice(first, first + size).map((day) => slot.busiest(workspaceId, day))
      replies.push(...listReply(await commands.run(script, sets, args)))
    }
    return replies
  }

  async function* entriesOf(keyIds: readonly string[], onlyEdges: boolean): AsyncGenerator<UsageEntry> {
    const days = wholeDays === null || onlyEdges ? [] : daysIn(wholeDays)
    const hashes = [
      ...days.map((start) => ({ name: slot.dayCounts(workspaceId, start), start })),
      ...edges.flatMap(hoursIn).map((start) => ({ name: slot.counts(workspaceId, start), start })),
    ]
    for await (const { hash, field, json } of rowsOf(database, hashes, keyIds.map(escaped))) {
      yield* entriesOfRow({ workspaceId, hour: hash.start, keyId: unescaped(field) }, json)
    }
  }

  return {
    async days() {
      const range = [dayOf(from), `(${to}`]
      return textsReply(await commands.send('ZRANGEBYSCORE', slot.days(workspaceId), ...range)).map(Number)
    },

    async lists(days, depth) {
      const replies = await overDays(readBusiestScript, days, [depth], depth)
      return replies.map((reply) => {
        const pairs = textsReply(reply)
        return pairs.flatMap((member, index) =>
          index % 2 === 1 ? [] : [{ keyId: unescaped(member), requests: Number(pairs[index + 1]) }],
        )
      })
    },

    async requestsOf(keyIds) {
      const found = new Map<string, number>()
      if (keyIds.length === 0) return found
      const add = (keyId: string, requests: number): void => {
        found.set(keyId, Math.min(Number.MAX_SAFE_INTEGER, (found.get(keyId) ?? 0) + requests))
      }
      const days = wholeDays === null ? [] : daysIn(wholeDays)
      for (const reply of await overDays(readScoresScript, days, keyIds.map(escaped), keyIds.length)) {
        for (const [index, score] of listReply(reply).entries()) {
          if (score !== null) add(keyIds[index] ?? '', numberReply(score))
        }
      }
      for await (const { keyId, requests } of entriesOf(keyIds, true)) add(keyId, requests)
      return found
    },

    async totalsOf(keyIds): Promise<readonly KeyTotals[]> {
      if (keyIds.length === 0) return []
      const entries: UsageEntry[] = []
      for await (const entry of entriesOf(keyIds, false)) entries.push(entry)
      return [...sumEntries(entries, ({ keyId }) => keyId).values()].map(({ keyId, lastUsedAt, ...counts }) => {
        const { requests, allowed, denied, clientErrors, serverErrors } = addCounts(noCounts, counts)
        return { keyId, requests, allowed, denied, clientErrors, serverErrors, lastUsedAt }
      })
    },

    async activeKeys() {
      const count = async (min: number, max: string): Promise<number> =>
        numberReply(await commands.send('ZCOUNT', slot.lastHours(workspaceId), min, max))
      // One key that was used later may have been used within the range too: the set does not tell.
      return (await count(to, '+inf')) > 0 ? null : count(from, '+inf')
    },
  }
}
