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

/** Sums hourly entries of one workspace to the points a query asks for. Entries that it does not ask for are left out. */
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
      const id = JSON.stringify([place.start, place.keyId, place.version])
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
  const sums: Record<string, number> = Object.assign(Object.create(null), a)
  for (const [code, count] of Object.entries(b)) sums[code] = add(sums[code] ?? 0, count)
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

function placeOf(entry: UsageEntry, query: UsageQuery): Pick<UsagePoint, 'start' | 'keyId' | 'version'> {
  return {
    start: { hour: entry.hour, day: Math.floor(entry.hour / dayMs) * dayMs, total: query.from }[query.bucket],
    keyId: query.groupBy === undefined ? null : entry.keyId,
    version: query.groupBy === 'version' ? entry.version : null,
  }
}

function comparePoints(a: UsagePoint, b: UsagePoint): number {
  return a.start - b.start || compareTexts(a.keyId ?? '', b.keyId ?? '') || (a.version ?? 0) - (b.version ?? 0)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
