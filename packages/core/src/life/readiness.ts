import { ClosedError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'

/** Whether the keyring may be used yet, and what to wait for while it may not. */
export interface Readiness {
  /** Undefined once ready; else the start under way, or the failure of the last one while it is fresh. */
  starting(): Promise<void> | undefined
  /** Starts, or joins the start under way. Asked explicitly, a failed start is tried again at once. */
  ready(): Promise<void>
  /** From now on everything fails with `ClosedError`. */
  close(): void
  /** @throws {ClosedError} after `close()` */
  requireOpen(): void
  readonly closed: boolean
  /** `failed`: the last start that came to its end did; another may be under way. */
  readonly state: 'starting' | 'ready' | 'failed' | 'closed'
  /** Since when it is ready or closed, or, before that, exists. Epoch milliseconds. */
  readonly since: number
}

/** Makes the switch. After a failed start, calls fail for `retryMs` without troubling the store again. */
export function createReadiness(start: () => Promise<void>, clock: Clock, retryMs: number): Readiness {
  let state: 'new' | 'ready' | 'closed' = 'new'
  let since = clock.now()
  let attempt: Promise<void> | undefined
  let failedAt = Number.NEGATIVE_INFINITY
  let endedInFailure = false

  const turn = (to: 'ready' | 'closed'): void => {
    state = to
    since = clock.now()
  }

  const begin = (): Promise<void> => {
    const current = start().then(
      () => {
        if (state === 'new') turn('ready')
      },
      (error: unknown) => {
        failedAt = clock.monotonic()
        endedInFailure = true
        throw error
      },
    )
    // Callers look at it when they come; until then a failure is not "unhandled".
    current.catch(() => {})
    failedAt = Number.NEGATIVE_INFINITY
    attempt = current
    return current
  }

  const hasFailed = (): boolean => failedAt !== Number.NEGATIVE_INFINITY

  return {
    starting() {
      if (state === 'ready') return undefined
      if (state === 'closed') return Promise.reject(new ClosedError())
      if (attempt === undefined || (hasFailed() && clock.monotonic() - failedAt >= retryMs)) return begin()
      return attempt
    },
    async ready() {
      if (state === 'ready') return
      if (state === 'closed') throw new ClosedError()
      await (attempt === undefined || hasFailed() ? begin() : attempt)
    },
    close() {
      if (state !== 'closed') turn('closed')
    },
    requireOpen() {
      if (state === 'closed') throw new ClosedError()
    },
    get closed() {
      return state === 'closed'
    },
    get state() {
      if (state === 'new') return endedInFailure ? 'failed' : 'starting'
      return state
    },
    get since() {
      return since
    },
  }
}
