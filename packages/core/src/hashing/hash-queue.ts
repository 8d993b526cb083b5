import { createWorkQueue, type WorkQueue } from '../bounds/work-queue.ts'
import type { Clock } from '../runtime/clock.ts'
import type { HashRank } from './hashing.ts'

/** How many hashes run and wait, and how long they may wait. */
export interface HashQueueLimits {
  readonly concurrency: number
  readonly maxQueued: number
  readonly maxWaitMs: number
}

/** Makes the queue of hashes: verifications have all of the places, and what can wait has less of its own. */
export function createHashQueue(
  { concurrency, maxQueued, maxWaitMs }: HashQueueLimits,
  clock: Clock,
): WorkQueue<HashRank> {
  const some = Math.ceil(maxQueued / 4)
  const capacity = { verify: maxQueued, make: some, rehash: some }
  return createWorkQueue({ works: 'hashes', concurrency, capacity, waitMs: maxWaitMs }, clock)
}
