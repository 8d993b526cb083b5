import type { UsageBucket } from '@claviger/core'

/** A span of time to look at. */
export interface Range {
  readonly name: '24h' | '7d' | '30d' | '90d'
  readonly label: string
  readonly bucket: UsageBucket
  readonly ms: number
}

const dayMs = 86_400_000

/** Every span, the shortest first. */
export const ranges: readonly Range[] = [
  { name: '24h', label: '24 hours', bucket: 'hour', ms: dayMs },
  { name: '7d', label: '7 days', bucket: 'day', ms: 7 * dayMs },
  { name: '30d', label: '30 days', bucket: 'day', ms: 30 * dayMs },
  { name: '90d', label: '90 days', bucket: 'day', ms: 90 * dayMs },
]

/** The span of a URL. Default 30 days. */
export function rangeOf(query: URLSearchParams): Range {
  const asked = query.get('range')
  const [, , usual = { name: '30d', label: '30 days', bucket: 'day', ms: 30 * dayMs }] = ranges
  return ranges.find(({ name }) => name === asked) ?? usual
}

/** What a keyring is asked for: whole buckets, up to now, or as many before those. */
export function usageInput(
  { bucket, ms }: Pick<Range, 'bucket' | 'ms'>,
  now: number,
  isBefore = false,
): { from: Date; to: Date; bucket: UsageBucket } {
  const unit = bucket === 'hour' ? 3_600_000 : dayMs
  const end = (Math.floor(now / unit) + 1) * unit - (isBefore ? ms : 0)
  return { from: new Date(end - ms), to: new Date(end), bucket }
}
