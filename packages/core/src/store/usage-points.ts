import { dayMs, type UsageCounts, type UsageEntry, type UsagePoint, type UsageQuery } from './usage.ts'

/** Where sums start. */
export const noCounts: UsageCounts = { requests: 0, allowed: 0, denied: {}, clientErrors: 0, serverErrors: 0 }

/** Adds field by field; a sum stays at the largest exact integer instead of becoming inexact. */
export function addCounts(a: UsageCounts, b: UsageCounts): UsageCounts {
  return {
    requests: add(a.requests, b.requests),
    allowed: add(a.allowed, b.allowed),
    denied: addByCode(a.denied, b.denied),
    clientErrors: add(a.clientErrors, b.clientErrors),
    serverErrors: add(a.serverErrors, b.serverErrors),
  }
}

/** Adds up the entries of each place, in the order in which the places come. Entries without a request are left out. */
export function sumEntries(
  entries: Iterable<UsageEntry>,
  placeOf: (entry: UsageEntry) => string,
): ReadonlyMap<string, UsageEntry> {
  const sums = new Map<string, UsageEntry>()
  for (const entry of entries) {
    if (entry.requests === 0) continue
    const place = placeOf(entry)
    const sofar = sums.get(place)
    if (sofar === undefined) sums.set(place, entry)
    else {
      const lastUsedAt = Math.max(sofar.lastUsedAt, entry.lastUsedAt)
      sums.set(place, { ...entry, ...addCounts(sofar, entry), lastUsedAt })
    }
  }
  return sums
}

/** Sums hourly entries to the points a query asks for. Entries that it does not ask for are left out. */
export function usagePoints(entries: Iterable<UsageEntry>, query: UsageQuery): readonly UsagePoint[] {
  const summary = usageSummary(query)
  for (const entry of entries) summary.add(entry)
  return summary.points()
}

/** Points in the making, for entries that come in parts. */
export interface UsageSummary {
  add(entry: UsageEntry): void
  points(): readonly UsagePoint[]
}

/** Starts to sum entries to the points a query asks for. */
export function usageSummary(query: UsageQuery): UsageSummary {
  const points = new Map<string, UsagePoint>()
  return {
    add(entry) {
      if (entry.requests === 0 || !isAskedFor(entry, query)) return
      const place = placeOf(entry, query)
      const id = JSON.stringify([place.start, place.version])
      const sofar = points.get(id)
      const lastUsedAt = Math.max(sofar?.lastUsedAt ?? entry.lastUsedAt, entry.lastUsedAt)
      points.set(id, { ...place, ...addCounts(sofar ?? noCounts, entry), lastUsedAt })
    },
    points: () => [...points.values()].sort(comparePoints),
  }
}

function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER)
}

function addByCode(a: UsageCounts['denied'], b: UsageCounts['denied']): UsageCounts['denied'] {
  const codes = Object.keys(b)
  if (codes.length === 0) return a
  const sums: Record<string, number> = Object.assign(Object.create(null), a)
  for (const code of codes) sums[code] = add(sums[code] ?? 0, b[code] ?? 0)
  return sums
}

function isAskedFor(entry: UsageEntry, { workspaceId, keyId, from, to }: UsageQuery): boolean {
  return (
    entry.workspaceId === workspaceId &&
    (keyId === undefined || entry.keyId === keyId) &&
    entry.hour >= from &&
    entry.hour < to
  )
}

function placeOf(entry: UsageEntry, query: UsageQuery): Pick<UsagePoint, 'start' | 'version'> {
  return {
    start: { hour: entry.hour, day: Math.floor(entry.hour / dayMs) * dayMs, total: query.from }[query.bucket],
    version: query.groupBy === 'version' ? entry.version : null,
  }
}

function comparePoints(a: UsagePoint, b: UsagePoint): number {
  return a.start - b.start || (a.version ?? 0) - (b.version ?? 0)
}
