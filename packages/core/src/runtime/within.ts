import { type Dependency, isClavigerError, UnavailableError } from '../errors/errors.ts'
import type { Clock } from './clock.ts'

/** How long one call may still take, over all it waits for. */
export interface Budget {
  /** Milliseconds left; 0 when used up. */
  leftMs(): number
}

/** Starts a budget, on the monotonic clock. */
export function startBudget(clock: Clock, totalMs: number): Budget {
  const end = clock.monotonic() + totalMs
  return { leftMs: () => Math.max(0, end - clock.monotonic()) }
}

/**
 * Waits for infrastructure, but not longer than `limitMs`. What it throws becomes an `UnavailableError`, unless
 * it is an error of Claviger's already; what it answers too late is dropped.
 */
export function within<T>(
  clock: Clock,
  limitMs: number,
  dependency: Dependency,
  work: () => Promise<T> | T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.schedule(limitMs, () => {
      reject(new UnavailableError(dependency, `The ${dependency} did not answer in time.`))
    })
    Promise.resolve()
      .then(work)
      .then(
        (value) => {
          cancelTimer()
          resolve(value)
        },
        (error: unknown) => {
          cancelTimer()
          reject(unavailable(dependency, error))
        },
      )
  })
}

/** What infrastructure threw, as callers get it. */
export function unavailable(dependency: Dependency, cause: unknown): Error {
  // An error of ours says more than "failed": which cursor is wrong, what to configure.
  if (isClavigerError(cause)) return cause
  return new UnavailableError(dependency, `The ${dependency} failed. See the cause.`, { cause: plain(cause) })
}

/** Drivers hang commands, statements and arguments on their errors, hashes among them: keep what identifies the error. */
function plain(cause: unknown): unknown {
  if (!(cause instanceof Error)) return typeof cause
  const { name, message, stack } = cause
  const code: unknown = 'code' in cause ? cause.code : undefined
  return Object.assign(new Error(message), { name, stack, ...(typeof code === 'string' && { code }) })
}
