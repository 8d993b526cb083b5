import { type TestClock, testClock } from '@claviger/testing'
import { createFetch, type FetchOptions } from '../../src/index.ts'
import type { ApiFetch } from '../../src/index.ts'
import { acmeTokens } from '../key/tokens.ts'

/** A key that a keyring has made. */
export const { production: token } = await acmeTokens()

/** A request as it reached the API. */
export interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: string
}

type Answer = Response | Error | ((sent: Sent) => Response | Promise<Response>)

/** A fetch with everything around it in a test's hands. Answers come in order; the last one again and again. */
export interface Scene {
  readonly api: ApiFetch
  readonly sent: Sent[]
  readonly clock: TestClock
  /** The waits that were asked for, in milliseconds. They take no time. */
  readonly waits: number[]
}

/** An API that answers as told. */
export function scene(answers: readonly Answer[], options?: Partial<FetchOptions>): Scene {
  const clock = testClock()
  const sent: Sent[] = []
  const waits: number[] = []
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const one = { url: request.url, method: request.method, headers: request.headers, body: await request.text() }
    sent.push(one)
    const answer = answers[Math.min(sent.length, answers.length) - 1]
    if (answer instanceof Error) throw answer
    return typeof answer === 'function' ? answer(one) : (answer?.clone() ?? Response.error())
  }
  const api = createFetch({
    apiKey: token,
    baseUrl: 'https://api.acme.example/v1',
    fetch,
    random: () => 0,
    clock: {
      now: clock.now,
      monotonic: clock.monotonic,
      schedule: (delayMs, task) => {
        const cancel = clock.schedule(delayMs, task)
        // The bound on reading a body.
        if (delayMs === 10_000) return cancel
        waits.push(delayMs)
        void clock.advanceAsync(delayMs)
        return cancel
      },
    },
    ...options,
  })
  return { api, sent, clock, waits }
}

/** A refusal, as Claviger words it. */
export function denial(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  more: object = {},
): Response {
  const body = JSON.stringify({
    type: `urn:claviger:problem:${code}`,
    title: 'T',
    status,
    detail: `Detail of ${code}.`,
    code,
    ...more,
  })
  return new Response(body, {
    status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers },
  })
}

/** A redirect. */
export function redirect(status: number, location: string): Response {
  return new Response(null, { status, headers: { Location: location } })
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Readonly<Record<string, unknown>>> {
  const outcome = await promise.then(
    () => new Error('it was not rejected'),
    (error: unknown) => error,
  )
  return outcome as Error & Readonly<Record<string, unknown>>
}
