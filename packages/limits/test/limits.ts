import type { Limit, LimitPeriod, LimitWindow } from '@claviger/core'

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A rule as limiters get it. */
export function limitOf(requests: number, per: LimitPeriod, burst: LimitWindow | null = null): Limit {
  const windowMs = per === 'day' || per === 'month' ? null : Number(per.slice(0, -1)) * (units[per.slice(-1)] ?? 0)
  return { requests, per, windowMs, burst }
}
