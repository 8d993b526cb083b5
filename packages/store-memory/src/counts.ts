import type { UsageCounts } from '@claviger/core/store'

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

function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER)
}

function addByCode(a: UsageCounts['denied'], b: UsageCounts['denied']): UsageCounts['denied'] {
  const sums: Record<string, number> = Object.assign(Object.create(null), a)
  for (const [code, count] of Object.entries(b)) sums[code] = add(sums[code] ?? 0, count)
  return sums
}
