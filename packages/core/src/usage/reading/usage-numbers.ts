import type { KeyTotals, UsageCounts, UsagePoint } from '../../store/usage.ts'
import { addCounts, noCounts } from '../../store/usage-points.ts'
import type { SecretUsage, UsageReport, UsageNumbers, UsageOfKey } from './usage.types.ts'
import { readCause } from '../causes.ts'
import { bucketStarts, type UsageRange } from './usage-range.ts'

function usageNumbers({ requests, allowed, denied, clientErrors, serverErrors }: UsageCounts): UsageNumbers {
  const refused = Object.values(denied).reduce((sum, count) => sum + count, 0)
  return {
    requests,
    allowed,
    denied: refused,
    ...causesOf(denied),
    clientErrors,
    serverErrors,
    errorRate: shareOf(serverErrors, requests),
    deniedRate: shareOf(refused, requests),
  }
}

/** Counts by code, and by what was lacked within a code. Null prototypes while they are filled: names are data. */
function causesOf(denied: UsageCounts['denied']): Pick<UsageNumbers, 'deniedBy' | 'lacked'> {
  const deniedBy = Object.create(null) as Record<string, number>
  const lacked = Object.create(null) as Record<string, Record<string, number>>
  for (const [cause, count] of Object.entries(denied)) {
    const { code, lacked: name } = readCause(cause)
    deniedBy[code] = (deniedBy[code] ?? 0) + count
    if (name !== undefined) lacked[code] = { ...lacked[code], [name]: count }
  }
  return { deniedBy: { ...deniedBy }, lacked: { ...lacked } }
}

/** Sums points to totals and a series without gaps. Pure. */
export function usageOver(range: UsageRange, points: readonly UsagePoint[]): UsageReport {
  const sums = new Map<number, UsageCounts>()
  for (const point of points) sums.set(point.start, addCounts(sums.get(point.start) ?? noCounts, point))
  return {
    from: new Date(range.from),
    to: new Date(range.to),
    bucket: range.bucket,
    totals: usageNumbers(sumOf(points)),
    series: bucketStarts(range).map((start) => ({
      start: new Date(start),
      ...usageNumbers(sums.get(start) ?? noCounts),
    })),
  }
}

/** Sums points by secret version. Pure. */
export function usageBySecret(points: readonly UsagePoint[]): readonly SecretUsage[] {
  const versions = new Set(points.map(({ version }) => version ?? 0))
  return [...versions]
    .toSorted((a, b) => b - a)
    .map((version) => {
      const ofVersion = points.filter((point) => point.version === version)
      return { version, ...usageNumbers(sumOf(ofVersion)), lastUsedAt: latestUse(ofVersion) }
    })
}

/** What one key of many had, as it is shown. Pure. */
export function usageOfOne({ keyId, lastUsedAt, ...counts }: KeyTotals): UsageOfKey {
  return { keyId, ...usageNumbers(counts), lastUsedAt: new Date(lastUsedAt) }
}

/** `part / whole`; 0 of nothing. */
function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function sumOf(points: readonly UsagePoint[]): UsageCounts {
  return points.reduce(addCounts, noCounts)
}

function latestUse(points: readonly UsagePoint[]): Date {
  return new Date(points.reduce((latest, { lastUsedAt }) => Math.max(latest, lastUsedAt), 0))
}
