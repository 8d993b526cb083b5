import type { BucketOf } from './bucket.ts'

/**
 * Keeps a read that raced an invalidation out of the cache: take a stamp before the read, compare it before the fill.
 * Counters are shared by scopes that fall into the same bucket; a collision costs a cache fill, never a stale one.
 */
export interface Fence {
  /** Grows with every invalidation that concerns the scope. */
  stamp(scope: string): number
  /** Everything read about this scope before now is worthless. */
  raise(scope: string): void
  /** Everything read before now is worthless. */
  raiseAll(): void
}

const buckets = 1_024

/** Makes a fence of bounded size. */
export function createFence(bucketOf: BucketOf): Fence {
  const counters = new Float64Array(buckets)
  let everything = 0
  return {
    stamp: (scope) => everything + (counters[bucketOf(scope, buckets)] ?? 0),
    raise(scope) {
      const bucket = bucketOf(scope, buckets)
      counters[bucket] = (counters[bucket] ?? 0) + 1
    },
    raiseAll() {
      everything += 1
    },
  }
}
