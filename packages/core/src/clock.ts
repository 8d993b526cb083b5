/**
 * Where Claviger gets the time and its timers from. Tests pass `testClock()` of `@claviger/testing` instead.
 */
export interface Clock {
  /** Wall clock: integer milliseconds since the Unix epoch. May jump. */
  now(): number
  /** Milliseconds from an arbitrary start. Never goes back; may stand still while the machine sleeps. */
  monotonic(): number
  /** Runs `task` once after `delayMs`; the returned function cancels it. Must not keep the process alive. */
  schedule(delayMs: number, task: () => void): () => void
}

/** The machine's own clocks and unreferenced timers. */
export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
