import { after, monotonicMs } from './timers.ts'

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

/** The machine's own clocks and unreferenced timers: real ones, also where a test has replaced those of the globals. */
export const systemClock: Clock = {
  // Read each time: a test that sets `Date` expects keys to expire.
  now: () => Date.now(),
  monotonic: monotonicMs,
  schedule: after,
}
