import { cutAtDays } from './usage-days.ts'
import type { BusiestKeys, BusiestQuery, KeyTotals } from './usage.ts'

/** How many requests a key had on one UTC day. */
export interface DayRequests {
  readonly keyId: string
  readonly requests: number
}

/** What a store keeps in order so that the busiest keys of a range are found without reading every key. */
export interface BusiestSource {
  /** The UTC days within the range that have counts. */
  days(): Promise<readonly number[]>
  /** For each of these days its busiest keys, the busiest first, at most `depth`. */
  lists(days: readonly number[], depth: number): Promise<readonly (readonly DayRequests[])[]>
  /** How many requests each of these keys had within the range. */
  requestsOf(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** All counts of each of these keys within the range. */
  totalsOf(keyIds: readonly string[]): Promise<readonly KeyTotals[]>
  /** How many keys had requests within the range, if an index tells. */
  activeKeys(): Promise<number | null>
}

const depths = [128, 512, 2_048] as const
// What one answer may read of the lists, and of the counts behind them: a fraction of a second on every store.
const maxListed = 52_000
const maxLookedUp = 40_000
const mostCandidates = 250

/**
 * Finds the busiest keys of a range from lists that are in order by day. A key that is in no list had, on each day, at
 * most what the last of that day's list had: so the sum of those bounds it. When the keys found are above every bound,
 * they are the busiest for certain; else the lists are read deeper, up to a bound, and `othersAtMost` says what is left
 * open.
 */
export async function findBusiest(query: BusiestQuery, source: BusiestSource): Promise<BusiestKeys> {
  const days = await source.days()
  const activeKeys = await source.activeKeys()
  const allowed = depths.filter((depth, index) => index === 0 || depth * days.length <= maxListed)
  let answer: Ranking = { ranked: [], othersAtMost: 0, counted: 0 }
  for (const depth of days.length === 0 ? [] : allowed) {
    answer = await rank(query, source, days, depth)
    if (isCertain(answer, query.limit)) break
  }
  const named = answer.ranked.slice(0, query.limit)
  const totals = new Map((await source.totalsOf(named.map(({ keyId }) => keyId))).map((one) => [one.keyId, one]))
  return {
    keys: named
      .map(({ keyId }) => totals.get(keyId))
      .filter((one) => one !== undefined)
      .toSorted(compareBusiest),
    othersAtMost: answer.othersAtMost,
    activeKeys: activeKeys ?? answer.counted,
  }
}

/** The order of the busiest: most requests first, ties by id. */
function compareBusiest(a: DayRequests, b: DayRequests): number {
  return b.requests - a.requests || (a.keyId < b.keyId ? -1 : a.keyId > b.keyId ? 1 : 0)
}

interface Ranking {
  /** Keys with what they had within the range, the busiest first. */
  readonly ranked: readonly DayRequests[]
  readonly othersAtMost: number
  /** How many keys had requests; null when not all were seen. */
  readonly counted: number | null
}

function isCertain({ ranked, othersAtMost }: Ranking, limit: number): boolean {
  return othersAtMost <= (ranked[limit - 1]?.requests ?? 0)
}

async function rank(
  query: BusiestQuery,
  source: BusiestSource,
  days: readonly number[],
  depth: number,
): Promise<Ranking> {
  const lists = await source.lists(days, depth)
  const { bounds, unseen } = boundsOf(lists, depth)
  const room = Math.max(query.limit + 20, Math.min(mostCandidates, Math.floor(maxLookedUp / days.length)))
  const candidates = bounds.slice(0, room)
  const requests = await source.requestsOf(candidates.map(({ keyId }) => keyId))
  const ranked = candidates
    .map(({ keyId }) => ({ keyId, requests: requests.get(keyId) ?? 0 }))
    .filter((one) => one.requests > 0)
    .toSorted(compareBusiest)
  const seenAll = unseen === 0
  const wholeDays = cutAtDays(query).edges.length === 0
  return {
    ranked,
    othersAtMost: Math.max(unseen, bounds[room]?.requests ?? 0, ranked[query.limit]?.requests ?? 0),
    counted: !seenAll ? null : wholeDays ? bounds.length : bounds.length <= room ? ranked.length : null,
  }
}

/** What each listed key had at most, the highest first; and what one that is in no list had at most. Pure. */
function boundsOf(
  lists: readonly (readonly DayRequests[])[],
  depth: number,
): { readonly bounds: readonly DayRequests[]; readonly unseen: number } {
  const lasts = lists.map((list) => (list.length < depth ? 0 : (list.at(-1)?.requests ?? 0)))
  const unseen = sum(lasts)
  const above = new Map<string, number>()
  for (const [index, list] of lists.entries()) {
    const last = lasts[index] ?? 0
    for (const { keyId, requests } of list) above.set(keyId, (above.get(keyId) ?? 0) + requests - last)
  }
  const bounds = Array.from(above, ([keyId, more]) => ({ keyId, requests: sum([unseen, more]) }))
  return { bounds: bounds.sort(compareBusiest), unseen }
}

function sum(counts: readonly number[]): number {
  let total = 0
  for (const count of counts) total = Math.min(total + count, Number.MAX_SAFE_INTEGER)
  return total
}
