import { SetupError } from '../errors/errors.ts'
import { numberWithin, readOptions } from '../options.ts'

/** How often a request is sent again, and how long that may take altogether. */
export interface RetryOptions {
  /** How often a request is sent again, at most. Default 3; 0 to 10. */
  readonly retries?: number | undefined
  /** No attempt begins later than this after the first, in milliseconds. Default 30 000; at most 600 000. */
  readonly budgetMs?: number | undefined
}

/** The same, checked. */
export type RetryPolicy = { readonly [Name in keyof RetryOptions]-?: number }

/** What is known when an answer of 429 or 503 has come. */
export interface RetryQuestion {
  readonly status: number
  /** The `code` of the problem document. */
  readonly problemCode: string | undefined
  readonly method: string
  readonly hasIdempotencyKey: boolean
  /** Whether the body can be sent again. */
  readonly isRepeatable: boolean
  readonly retryAfterMs: number | undefined
  /** How often the request was sent. */
  readonly attempts: number
  /** Since it was sent first. */
  readonly elapsedMs: number
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
// Said before a handler has run, so that whatever the request asks for was not done.
const nothingDone = new Set(['temporarily_unavailable', 'verifier_busy', 'rate_limited'])
const firstDelayMs = 500
const longestDelayMs = 8_000

/** Reads `retry`. */
export function parseRetry(retry: unknown): RetryPolicy {
  if (retry === false) return { retries: 0, budgetMs: 0 }
  if (retry === true || retry === null)
    throw new SetupError('retry', 'Expected retry to be false or an object of options.')
  const { retries, budgetMs } = readOptions<RetryOptions>('retry', retry, ['retries', 'budgetMs'])
  return {
    retries: numberWithin('retry.retries', retries, { byDefault: 3, least: 0, most: 10 }),
    budgetMs: numberWithin('retry.budgetMs', budgetMs, { byDefault: 30_000, least: 0, most: 600_000 }),
  }
}

/**
 * How long to wait before the request is sent again; undefined when it must not be. Never less than `Retry-After` says,
 * and up to a quarter more, so that clients that were refused together do not come back together.
 *
 * @param random a number from 0 to 1
 */
export function retryDelay(question: RetryQuestion, policy: RetryPolicy, random: () => number): number | undefined {
  if (question.attempts > policy.retries || !question.isRepeatable || !isSafe(question)) return undefined
  const delay = delayOf(question, random())
  // Waiting for an attempt that will not be made helps no one.
  return question.elapsedMs + delay > policy.budgetMs ? undefined : Math.ceil(delay)
}

/** Whether doing it twice is the same as doing it once, or it was not done at all. */
function isSafe({ status, problemCode, method, hasIdempotencyKey }: RetryQuestion): boolean {
  if (status === 429 || idempotent.has(method) || hasIdempotencyKey) return true
  return problemCode !== undefined && nothingDone.has(problemCode)
}

function delayOf({ retryAfterMs, attempts }: RetryQuestion, random: number): number {
  if (retryAfterMs !== undefined) return retryAfterMs + random * Math.min(Math.max(retryAfterMs / 4, 100), 5_000)
  const ceiling = Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs)
  return ceiling / 2 + (random * ceiling) / 2
}
