import { BusyError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { createFairLine, type FairLine } from './fair-line.ts'

/** Runs expensive work a little at a time, and turns work away rather than let it pile up. */
export interface WorkQueue<Rank extends string> {
  /**
   * Runs work of a tenant when its turn comes: every rank before the next, and within a rank one tenant after the
   * other.
   *
   * @throws {BusyError} when the tenant's share of the queue is full, or the work waited too long to be started
   */
  run<T>(rank: Rank, tenant: string, work: () => Promise<T>): Promise<T>
  readonly running: number
  readonly waiting: number
}

/** Bounds of a work queue. */
export interface WorkQueueLimits<Rank extends string> {
  /** What one piece of work is, in the plural, for messages. */
  readonly works: string
  /** How much work runs at once. */
  readonly concurrency: number
  /** How much of each rank may wait, the most urgent rank first. */
  readonly capacity: Readonly<Record<Rank, number>>
  /** How long work may wait, milliseconds. */
  readonly waitMs: number
}

interface Waiting {
  start(): void
  giveUp(why: string): void
}

/** Makes a queue. Nothing runs until `run` is called; there are no timers while nothing waits. */
export function createWorkQueue<Rank extends string>(
  { works, concurrency, capacity, waitMs }: WorkQueueLimits<Rank>,
  clock: Clock,
): WorkQueue<Rank> {
  const ranks = Object.keys(capacity) as Rank[]
  const lines = Object.fromEntries(ranks.map((rank) => [rank, createFairLine<Waiting>()])) as Record<
    Rank,
    FairLine<Waiting>
  >
  let running = 0

  const next = (): Waiting | undefined => {
    for (const rank of ranks) {
      const waiting = lines[rank].shift()
      if (waiting !== undefined) return waiting
    }
    return undefined
  }

  const perform = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } finally {
      // The slot passes directly to the next in line.
      const following = next()
      if (following === undefined) running -= 1
      else following.start()
    }
  }

  const wait = (rank: Rank, tenant: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start() {
          cancelTimer()
          resolve()
        },
        giveUp(why) {
          cancelTimer()
          reject(new BusyError(`${why} The process is overloaded; try again.`))
        },
      }
      const cancelTimer = clock.schedule(waitMs, () => {
        lines[rank].remove(tenant, waiting)
        waiting.giveUp(`Waited ${waitMs} ms for one of the ${works} to start.`)
      })
      lines[rank].add(tenant, waiting)
    })

  return {
    get running() {
      return running
    },
    get waiting() {
      return ranks.reduce((sum, rank) => sum + lines[rank].size, 0)
    },
    async run(rank, tenant, work) {
      if (running < concurrency) {
        running += 1
        return perform(work)
      }
      const why = `${capacity[rank]} ${works} are waiting already.`
      if (lines[rank].size >= capacity[rank]) {
        const pushedOut = lines[rank].makeRoomFor(tenant)
        if (pushedOut === undefined) throw new BusyError(`${why} The process is overloaded; try again.`)
        pushedOut.giveUp(why)
      }
      await wait(rank, tenant)
      return perform(work)
    },
  }
}
