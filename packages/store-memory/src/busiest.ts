import { type BusiestQuery, type BusiestSource, cutAtDays, type DayRequests, dayOf } from '@claviger/core/store'
import { type Counted, type KeyDay, sum, type WorkspaceCounts } from './counts.ts'

/** Reads the busiest keys from the orders that are kept by day. */
export function busiestIn(counts: WorkspaceCounts, range: Pick<BusiestQuery, 'from' | 'to'>): BusiestSource {
  const { keys, days, lastHours } = counts

  /** What a key had within the range: the days that are whole, and the hours around them. */
  const within = (keyId: string): Counted | undefined => {
    const { wholeDays, edges } = cutAtDays(range)
    let total: Counted | undefined
    for (const [day, ofDay] of keys.get(keyId) ?? []) {
      if (wholeDays !== null && day >= wholeDays.from && day < wholeDays.to) total = sum(total, ofDay.sum)
      else for (const { from, to } of edges) for (const hour of hoursIn(ofDay, from, to)) total = sum(total, hour)
    }
    return total
  }
  const eachWithin = <Found>(keyIds: readonly string[], of: (keyId: string, total: Counted) => Found): Found[] =>
    keyIds.flatMap((keyId) => {
      const total = within(keyId)
      return total === undefined || total.requests === 0 ? [] : [of(keyId, total)]
    })

  return {
    days: async () =>
      [...days.keys()].filter((day) => day >= dayOf(range.from) && day < range.to).toSorted((a, b) => a - b),
    lists: async (asked, depth) => asked.map((day) => firstOf(counts, day, depth)),
    requestsOf: async (keyIds) => new Map(eachWithin(keyIds, (keyId, { requests }) => [keyId, requests])),
    totalsOf: async (keyIds) => eachWithin(keyIds, (keyId, total) => ({ keyId, ...total })),
    async activeKeys() {
      // A key that was used later may have been used within the range too: the order does not tell.
      const usedFrom = (hour: number): number => lastHours.countBefore({ at: hour - 1, id: '' })
      return usedFrom(range.to) > 0 ? null : usedFrom(range.from)
    },
  }
}

function firstOf({ keys, days }: WorkspaceCounts, day: number, depth: number): readonly DayRequests[] {
  const first: DayRequests[] = []
  for (const keyId of days.get(day)?.behind(undefined) ?? []) {
    const requests = keys.get(keyId)?.get(day)?.sum.requests ?? 0
    if (first.length === depth || requests === 0) break
    first.push({ keyId, requests })
  }
  return first
}

function hoursIn({ hours }: KeyDay, from: number, to: number): readonly Counted[] {
  return [...hours.values()]
    .filter(({ hour }) => hour >= from && hour < to)
    .map(({ requests, allowed, denied, clientErrors, serverErrors, lastUsedAt }) => ({
      requests,
      allowed,
      denied,
      clientErrors,
      serverErrors,
      lastUsedAt,
    }))
}
