import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRetry, retryDelay, type RetryQuestion } from '../../src/fetch/retry.ts'

const policy = { retries: 3, budgetMs: 30_000 }
const question: RetryQuestion = {
  status: 503,
  problemCode: undefined,
  method: 'GET',
  hasIdempotencyKey: false,
  isRepeatable: true,
  retryAfterMs: 1_000,
  attempts: 1,
  elapsedMs: 0,
}
const delay = (change: Partial<RetryQuestion>, random = 0): number | undefined =>
  retryDelay({ ...question, ...change }, policy, () => random)

describe('it is sent again', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('%s after 503: doing it twice is doing it once', (method) => {
    expect(delay({ method })).toBe(1_000)
  })

  test.each(['temporarily_unavailable', 'verifier_busy'])('POST after 503 %s: nothing was done', (problemCode) => {
    expect(delay({ method: 'POST', problemCode })).toBe(1_000)
  })

  test('POST with an idempotency key', () => {
    expect(delay({ method: 'POST', hasIdempotencyKey: true })).toBe(1_000)
  })

  test.each(['POST', 'PATCH', 'GET'])('%s after 429: nothing was done', (method) => {
    expect(delay({ status: 429, method })).toBe(1_000)
  })
})

describe('it is not sent again', () => {
  test.each(['POST', 'PATCH', 'LOCK'])('%s after a 503 that may have come when it was done', (method) => {
    expect(delay({ method })).toBeUndefined()
    expect(delay({ method, problemCode: 'database_down' })).toBeUndefined()
  })

  test('with a body that is gone', () => {
    expect(delay({ isRepeatable: false, status: 429 })).toBeUndefined()
  })

  test('more often than allowed', () => {
    expect(delay({ attempts: 3 })).toBe(1_000)
    expect(delay({ attempts: 4 })).toBeUndefined()
  })

  test('when the wait would end behind the budget: then the caller learns it at once', () => {
    expect(delay({ retryAfterMs: 30_000 })).toBe(30_000)
    expect(delay({ retryAfterMs: 30_001 })).toBeUndefined()
    expect(delay({ elapsedMs: 29_001 })).toBeUndefined()
  })

  test('with retry: false', () => {
    expect(retryDelay(question, parseRetry(false), () => 0)).toBeUndefined()
  })
})

describe('the wait', () => {
  test('is never shorter than Retry-After, and at most a quarter longer', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.double({ min: 0, max: 1, noNaN: true }), (retryAfterMs, random) => {
        const waited = delay({ retryAfterMs }, random) ?? Number.NaN
        expect(waited).toBeGreaterThanOrEqual(retryAfterMs)
        expect(waited).toBeLessThanOrEqual(retryAfterMs + Math.max(retryAfterMs / 4, 100) + 1)
      }),
    )
  })

  test('doubles where there is no Retry-After, up to a bound, from half of it on', () => {
    const generous = { retries: 10, budgetMs: 600_000 }
    const waits = [1, 2, 3, 4, 5, 6, 9].map((attempts) =>
      [0, 1].map((random) => retryDelay({ ...question, retryAfterMs: undefined, attempts }, generous, () => random)),
    )
    expect(waits).toEqual([
      [250, 500],
      [500, 1_000],
      [1_000, 2_000],
      [2_000, 4_000],
      [4_000, 8_000],
      [4_000, 8_000],
      [4_000, 8_000],
    ])
  })
})

describe('the option', () => {
  test('has defaults', () => {
    expect(parseRetry(undefined)).toEqual({ retries: 3, budgetMs: 30_000 })
    expect(parseRetry({ retries: 0 })).toEqual({ retries: 0, budgetMs: 30_000 })
  })

  test.each([
    { retries: -1 },
    { retries: 11 },
    { retries: 1.5 },
    { retries: '3' },
    { budgetMs: 600_001 },
    { budget: 1 },
    true,
    null,
    3,
  ])('refuses %j', (retry) => {
    expect(() => parseRetry(retry)).toThrow(expect.objectContaining({ code: 'setup' }))
  })
})
