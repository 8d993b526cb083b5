import { copyOf } from '../errors/error-text.ts'
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
      const [name, whenLate] = names[dependency]
      reject(new UnavailableError(dependency, `${name} did not answer in time. ${whenLate}`))
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

/** What is waited for, for messages. An owner may be a service account, which the store knows. */
const names: Readonly<Record<Dependency, readonly [name: string, whenLate: string]>> = {
  store: ['The store', 'Is it overloaded, or its connection pool exhausted?'],
  owner: ["The look-up of the owner's permissions", 'Does resolveOwner wait for something slow?'],
  hasher: ['The hasher', 'Is the machine overloaded?'],
}

/** What infrastructure or the host's own function threw, as callers get it. Never throws, whatever was thrown. */
export function unavailable(dependency: Dependency, cause: unknown, name: string = names[dependency][0]): Error {
  // An error of ours says more than "failed": which cursor is wrong, what to configure.
  if (isClavigerError(cause)) return cause
  return new UnavailableError(dependency, `${name} failed.`, { cause: copyOf(cause) })
}
