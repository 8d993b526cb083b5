import type { Clock, Limit, Limiter, LimitResult, LimitWindow } from '@claviger/core'
import { systemClock } from '@claviger/core'
import { parseOptions } from '@claviger/core/store'
import { integer } from './integer.ts'
import { createFairRoom } from './fair-room.ts'
import { endOf, leftUntil } from './window.ts'

/** Options of `memoryLimiter`. */
export interface MemoryLimiterOptions {
  /**
   * How many counters are kept, about 200 bytes each. When there are more, those whose window is over go first, then the
   * oldest of the workspace that has the most. Default 100 000.
   */
  readonly maxCounters?: number | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

/** One window of one counter. */
interface Cell {
  taken: number
  readonly window: LimitWindow
  readonly end: number
  /** The window of the burst, once it was needed. */
  burst: Cell | undefined
}

/** What was taken, and where. */
interface Taken extends LimitResult {
  readonly cell: Cell
}

/** A limiter that answers in the same tick. */
export interface MemoryLimiter extends Limiter {
  consume(counter: string, points: number, limit: Limit, tenant: string): LimitResult
  giveBack(taken: LimitResult, points: number): void
  peek(counter: string, limit: Limit, tenant: string): LimitResult
}

/**
 * Counts in the memory of this process: exact for one process, and each of several has the whole limit. Nothing outlives
 * a restart. A counter belongs to a window that begins with its first request.
 *
 * @example
 * const limiter = memoryLimiter()
 * app.use('/v1', auth.limit({ limiter, by: 'key', rule: { requests: 600, per: '1m' } }))
 *
 * @throws {ConfigurationError} for a wrong option
 */
export function memoryLimiter(options?: MemoryLimiterOptions): MemoryLimiter {
  const given = parseOptions<MemoryLimiterOptions>('memoryLimiter', options, ['maxCounters', 'clock'])
  const maxCounters = integer('maxCounters', given.maxCounters, 100_000, 1, 10_000_000)
  const clock = given.clock ?? systemClock
  const isOver = ({ end, window }: Cell): boolean => leftUntil(end, window, clock) <= 0
  const room = createFairRoom<Cell>(
    maxCounters,
    (cell) => isOver(cell) && (cell.burst === undefined || isOver(cell.burst)),
  )

  const begin = (window: LimitWindow): Cell => ({ taken: 0, window, end: endOf(window, clock), burst: undefined })
  const running = (counter: string, tenant: string): Cell | undefined => {
    const cell = room.get(tenant, counter)
    return cell === undefined || isOver(cell) ? undefined : cell
  }
  const open = (counter: string, limit: Limit, tenant: string): Cell => {
    const known = room.get(tenant, counter)
    if (known !== undefined && !isOver(known)) return known
    const cell = begin(limit)
    // The burst has a window of its own, usually a longer one.
    if (known?.burst !== undefined && !isOver(known.burst)) cell.burst = known.burst
    room.set(tenant, counter, cell)
    return cell
  }
  const onTop = (cell: Cell | undefined, { burst }: Limit): number => {
    if (burst === null) return 0
    const running = cell?.burst
    return running === undefined || isOver(running) ? burst.requests : Math.max(0, burst.requests - running.taken)
  }
  const result = (isAllowed: boolean, cell: Cell, from: Cell, limit: Limit): Taken => ({
    isAllowed,
    remaining: Math.max(0, limit.requests - cell.taken) + onTop(cell, limit),
    resetMs: Math.max(0, leftUntil(cell.end, cell.window, clock)),
    cell: from,
  })

  return {
    consume(counter, points, limit, tenant) {
      const cell = open(counter, limit, tenant)
      if (cell.taken + points <= limit.requests) {
        cell.taken += points
        return result(true, cell, cell, limit)
      }
      const { burst } = limit
      if (burst === null) return result(false, cell, cell, limit)
      if (cell.burst === undefined || isOver(cell.burst)) cell.burst = begin(burst)
      const isAllowed = cell.burst.taken + points <= burst.requests
      if (isAllowed) cell.burst.taken += points
      return result(isAllowed, cell, cell.burst, limit)
    },

    giveBack(taken, points) {
      const { cell } = taken as Partial<Taken>
      // A cell is one window: what is over is given back to no one.
      if (cell !== undefined) cell.taken = Math.max(0, cell.taken - points)
    },

    peek(counter, limit, tenant) {
      const cell = running(counter, tenant)
      if (cell !== undefined) return result(cell.taken < limit.requests, cell, cell, limit)
      const known = room.get(tenant, counter)
      return { isAllowed: true, remaining: limit.requests + onTop(known, limit), resetMs: 0 }
    },
  }
}
