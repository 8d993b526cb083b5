import { createHash } from 'node:crypto'
import type { RateLimiterRes } from 'rate-limiter-flexible'
import type { Count } from './backend.types.ts'

/** What a limiter of `rate-limiter-flexible` counts is judged here, against rules that may change: it only adds up. */
export const unbounded: { readonly points: number; readonly duration: number } = {
  points: Number.MAX_SAFE_INTEGER,
  duration: 1,
}

/** What it answers, as a count. */
export function countOf({ consumedPoints, msBeforeNext }: RateLimiterRes): Count {
  if (!Number.isFinite(consumedPoints)) throw new TypeError('The store did not answer with a number.')
  return { sum: consumedPoints, leftMs: Math.max(0, msBeforeNext) }
}

/** Stores count in seconds. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000))
}

/** The longest name of a counter that every column holds, behind a prefix. */
const longest = 150

/** The name of a counter, for a column of limited length. */
export function columnName(counter: string): string {
  // MySQL takes texts that differ in spaces at their ends only for the same.
  if (counter.length <= longest && /^[\x20-\x7e]*[\x21-\x7e]$/.test(counter)) return counter
  return `#${createHash('sha256').update(counter).digest('base64url')}`
}
