import type { BusiestKeys, BusiestQuery, KeyTotals } from './usage.ts'
import { cutAtDays } from './usage-days.ts'

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

const depths = [32, 128, 512, 2_048] as const
// Deep enough to hold every key of a small workspace, so that they can be counted.
const countingDepth = 128
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
  const least = activeKeys === null ? countingDepth : 0
  const allowed = depths.filter(
    (depth) => depth >= least && (depth <= countingDepth || depth * days.length <= maxListed),
  )
  let answer: Ranking = { ranked: [], othersAtMost: 0, counted: 0 }
  for (const depth of days.length === 0 ? [] : allowed) {
    answer = await rank(query, source, days, depth, activeKeys === null)
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
  countsAll: boolean,
): Promise<Ranking> {
  const { wholeDays, edges } = cutAtDays(query)
  const isWhole = (day: number): boolean => wholeDays !== null && day >= wholeDays.from && day < wholeDays.to
  const lists = await source.lists(days, depth)
  const { bounds, unseen } = boundsOf(lists, depth, days.map(isWhole))
  const room = Math.max(query.limit + 20, Math.min(mostCandidates, Math.floor(maxLookedUp / days.length)))
  const count = Math.min(room, countsAll && bounds.length <= room ? bounds.length : worthReading(bounds, query.limit))
  const requests = await source.requestsOf(bounds.slice(0, count).map(({ keyId }) => keyId))
  const ranked = bounds
    .slice(0, count)
    .map(({ keyId }) => ({ keyId, requests: requests.get(keyId) ?? 0 }))
    .filter((one) => one.requests > 0)
    .toSorted(compareBusiest)
  const seenAll = unseen === 0
  return {
    ranked,
    othersAtMost: Math.max(unseen, bounds[count]?.atMost ?? 0, ranked[query.limit]?.requests ?? 0),
    counted: !seenAll ? null : edges.length === 0 ? bounds.length : count === bounds.length ? ranked.length : null,
  }
}

/** What a key had within the range, as far as the lists tell. */
interface Bound {
  readonly keyId: string
  readonly atLeast: number
  readonly atMost: number
}

/** How many of the first have to be read to know the busiest, and the one behind them: no other key reaches those. */
function worthReading(bounds: readonly Bound[], limit: number): number {
  const leasts = bounds.map(({ atLeast }) => atLeast).sort((a, b) => b - a)
  const bar = leasts[limit] ?? 0
  const first = bounds.findIndex(({ atMost }) => atMost < bar)
  return first === -1 ? bounds.length : first
}

/** What each listed key had at least and at most, the highest first; and what one in no list had at most. Pure. */
function boundsOf(
  lists: readonly (readonly DayRequests[])[],
  depth: number,
  isWhole: readonly boolean[],
): { readonly bounds: readonly Bound[]; readonly unseen: number } {
  const lasts = lists.map((list) => (list.length < depth ? 0 : (list.at(-1)?.requests ?? 0)))
  const unseen = sum(lasts)
  const found = new Map<string, { atLeast: number; more: number }>()
  for (const [index, list] of lists.entries()) {
    const last = lasts[index] ?? 0
    // For a day that the range cuts through, it is unknown which part was before or after.
    const counts = isWhole[index] === true ? 1 : 0
    for (const { keyId, requests } of list) {
      const sofar = found.get(keyId)
      if (sofar === undefined) found.set(keyId, { atLeast: counts * requests, more: requests - last })
      else {
        sofar.atLeast += counts * requests
        sofar.more += requests - last
      }
    }
  }
  const bounds = Array.from(found, ([keyId, { atLeast, more }]) => ({
    keyId,
    atLeast: sum([atLeast]),
    atMost: sum([unseen, more]),
  }))
  return { bounds: bounds.sort((a, b) => b.atMost - a.atMost || (a.keyId < b.keyId ? -1 : 1)), unseen }
}

function sum(counts: readonly number[]): number {
  let total = 0
  for (const count of counts) total = Math.min(total + count, Number.MAX_SAFE_INTEGER)
  return total
}
