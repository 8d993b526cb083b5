import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs work in one fixed async context, for every caller. What many callers share must not run in the context of the
 * one who came first: a logger, a trace or a transaction kept in `AsyncLocalStorage` would be that caller's for all.
 */
export type OwnContext = <T>(work: () => T) => T

/** The context that this is called in. */
export function ownContext(): OwnContext {
  return AsyncLocalStorage.snapshot()
}
