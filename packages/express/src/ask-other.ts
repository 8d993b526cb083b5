import { type Decision, isThenable } from '@claviger/core/http'
import type { NextFunction, Request, Response } from 'express'

/** A middleware of your own, for `auth.either`: one that Express can call, also an async function. */
export type OtherMiddleware = (req: Request, res: Response, next: NextFunction) => unknown

/** What happens when a middleware of the application is asked. */
export interface Asking {
  readonly other: OtherMiddleware
  /** Goes on without us: to the error handlers of the application, or to the next route. */
  readonly leave: (error: unknown) => void
  /** Decides about the request that it let pass. */
  readonly admit: () => Decision | Promise<Decision>
  readonly carryOut: (decision: Decision) => void
}

/**
 * Asks a middleware of the application. The request goes on once, however often that calls `next`, and after a denial
 * not at all: an error handler could send it on to the handler.
 */
export function askOther({ other, leave, admit, carryOut }: Asking, req: Request, res: Response): void {
  let state: 'asked' | 'admitting' | 'passed' | 'denied' | 'left' = 'asked'

  const isPassed = (): boolean => state === 'passed'
  const fail = (error: unknown): void => {
    if (state === 'denied' || state === 'left') return
    state = 'left'
    leave(error)
  }
  const settle = (decision: Decision): void => {
    if (state !== 'admitting') return
    state = decision.type === 'pass' ? 'passed' : 'denied'
    carryOut(decision)
  }
  const next = (failure?: unknown): void => {
    // As Express has it: what is falsy is no error.
    if (failure) return fail(failure)
    if (state !== 'asked') return
    state = 'admitting'
    const decision = admit()
    if (isThenable(decision)) decision.then(settle).catch(fail)
    else settle(decision)
  }

  try {
    const running = other(req, res, next)
    if (isThenable(running)) running.then(undefined, (error: unknown) => fail(error ?? new Error('Rejected.')))
  } catch (error) {
    // What stands behind has failed: who called us learns about that.
    if (isPassed()) throw error
    fail(error ?? new Error('Thrown.'))
  }
}
