import type { Clock } from '@claviger/core'

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  /** Moves wall and monotonic clock and runs every timer that falls due, each at its own instant, in order. */
  advance(ms: number): void
  /** As `advance`, but lets promises settle before, between and after timers, so that what they started can follow. */
  advanceAsync(ms: number): Promise<void>
  /** Moves only the wall clock, forwards or back, as an operator or NTP would. No timer runs. */
  jumpWall(ms: number): void
  /** How many timers wait. */
  pending(): number
}

interface Timer {
  readonly dueAt: number
  readonly task: () => void
}

/**
 * A clock for tests.
 *
 * @param start wall time in milliseconds since the epoch; default 2025-01-01T00:00:00Z
 */
export function testClock(start: number = Date.UTC(2025, 0, 1)): TestClock {
  // An arbitrary start, far from the wall's, so that a mix-up of the two shows.
  let monotonic = 5_000
  // How far the wall is ahead. Kept, not added up: timers at fractions of a millisecond would leave their rounding in it.
  let ahead = start - monotonic
  const timers = new Set<Timer>()

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer
    }
    return next
  }
  const runNext = (until: number): boolean => {
    const timer = nextDue(until)
    if (timer === undefined) return false
    timers.delete(timer)
    monotonic = Math.max(timer.dueAt, monotonic)
    timer.task()
    return true
  }
  const targetOf = (ms: number): number => {
    if (!(ms >= 0)) throw new RangeError(`Expected milliseconds of at least 0, got ${ms}. Use jumpWall to go back.`)
    return monotonic + ms
  }

  return {
    now: () => Math.floor(ahead + monotonic),
    monotonic: () => monotonic,
    schedule(delayMs, task) {
      const timer = { dueAt: monotonic + Math.max(delayMs, 0), task }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const target = targetOf(ms)
      while (runNext(target));
      monotonic = Math.max(target, monotonic)
    },
    async advanceAsync(ms) {
      const target = targetOf(ms)
      do await settle()
      while (runNext(target))
      monotonic = Math.max(target, monotonic)
      await settle()
    },
    jumpWall(ms) {
      ahead += ms
    },
    pending: () => timers.size,
  }
}

/** Lets promises settle that wait for nothing but other promises and the event loop's next turns. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}
