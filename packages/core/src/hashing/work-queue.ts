import type { Clock } from '../clock.ts'
import { BusyError } from '../errors.ts'

/** Runs expensive work a little at a time and turns work away rather than let it pile up. */
export interface WorkQueue {
  /** @throws {BusyError} when the queue is full, or the work waited too long to be started */
  run<T>(work: () => Promise<T>): Promise<T>
  readonly running: number
  readonly waiting: number
}

interface Waiting {
  start(): void
}

/** Bounds of a work queue. */
export interface WorkQueueLimits {
  /** How much work runs at once. */
  readonly concurrency: number
  /** How much may wait. */
  readonly capacity: number
  /** How long work may wait, milliseconds. */
  readonly waitMs: number
}

/** Makes a queue. Nothing runs until `run` is called; there are no timers while nothing waits. */
export function createWorkQueue({ concurrency, capacity, waitMs }: WorkQueueLimits, clock: Clock): WorkQueue {
  const queue = new Set<Waiting>()
  let running = 0

  const perform = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } finally {
      // The slot passes straight to the next in line: nobody can take it in between.
      const [next] = queue
      if (next === undefined) running -= 1
      else next.start()
    }
  }

  const wait = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start() {
          cancelTimer()
          queue.delete(waiting)
          resolve()
        },
      }
      const cancelTimer = clock.schedule(waitMs, () => {
        queue.delete(waiting)
        reject(new BusyError(`Waited ${waitMs} ms for a hash to start. The process is overloaded; try again.`))
      })
      queue.add(waiting)
    })

  return {
    get running() {
      return running
    },
    get waiting() {
      return queue.size
    },
    async run(work) {
      if (running < concurrency) {
        running += 1
        return perform(work)
      }
      if (queue.size >= capacity) {
        throw new BusyError(`${capacity} hashes are waiting already. The process is overloaded; try again.`)
      }
      await wait()
      return perform(work)
    },
  }
}
