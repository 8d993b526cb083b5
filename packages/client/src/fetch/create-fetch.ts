import { refuseBrowser } from '../browser.ts'
import { deniedError, isDenied } from '../errors/denied.ts'
import { readProblem } from '../errors/problem.ts'
import { sleep } from '../runtime.ts'
import { boundedText, discardBody } from './bounded-text.ts'
import { expiryWatch } from './expiry-notice.ts'
import { type FetchOptions, parseFetchOptions } from './fetch-options.ts'
import { hider, withoutKey } from './hide-key.ts'
import { parseRetryAfter, responseTime } from './http-date.ts'
import { planRequest, type RequestPlan } from './plan.ts'
import { nextHop } from './redirect.ts'
import { retryDelay } from './retry.ts'

/** What `createFetch` makes: `fetch` for one API, which sends the key. */
export type ApiFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/**
 * Makes a `fetch` for one API. It sends the key, and sends it nowhere else; it throws typed errors for refusals of the
 * key (401, 403, 429, 503) and returns every other answer; it waits and tries again after 429 and 503.
 *
 * A path is added to the base URL: with `https://api.acme.example/v1`, `'/prompts'` and `'prompts'` are the same.
 *
 * @example
 * const acme = createFetch({ apiKey: apiKeyFromEnv('ACME_API_KEY'), baseUrl: 'https://api.acme.example/v1' })
 * const response = await acme('/prompts')
 *
 * @throws {SetupError} for a base URL that cannot be used, for an unknown option, and in a browser
 * @throws {ApiKeyError} when the key cannot be one
 */
export function createFetch(options: FetchOptions): ApiFetch {
  refuseBrowser('createFetch')
  const { key, base, header, policy, fetch, clock, random, onExpiring } = parseFetchOptions(options)
  const token = key.reveal()
  const value = header.toLowerCase() === 'authorization' ? `Bearer ${token}` : token
  const hide = hider(key)
  const noteExpiry = expiryWatch(key, clock, onExpiring)

  const send = async ({ url, method, headers, body, signal, rest }: RequestPlan): Promise<Response> => {
    signal?.throwIfAborted()
    const sent = new Headers(headers)
    sent.set(header, value)
    const init = {
      ...rest,
      method,
      headers: sent,
      redirect: 'manual',
      signal: signal ?? null,
      body: body ?? null,
    } as const
    try {
      return await fetch(url.href, init)
    } catch (error) {
      throw withoutKey(error, hide)
    }
  }

  return async (input, init) => {
    let plan = planRequest(input, init, { base, header, token })
    const startedAt = clock.monotonic()
    let attempts = 0
    let hops = 0
    for (;;) {
      attempts += 1
      let response = await send(plan)
      for (let next = nextHopOf(response, plan, hops); next !== undefined; next = nextHopOf(response, plan, hops)) {
        await discardBody(response)
        plan = next
        hops += 1
        response = await send(plan)
      }
      noteExpiry(response)
      const { status } = response
      if (!isDenied(status)) return response

      const problem = readProblem(await boundedText(response, clock), hide)
      const { headers } = response
      const retryAfterMs = parseRetryAfter(headers.get('Retry-After'), responseTime(headers, clock.now()))
      const question = {
        status,
        problemCode: problem?.code,
        method: plan.method,
        hasIdempotencyKey: plan.headers.has('Idempotency-Key'),
        isRepeatable: plan.isRepeatable,
        retryAfterMs,
        attempts,
        elapsedMs: clock.monotonic() - startedAt,
      }
      const delay = status === 429 || status === 503 ? retryDelay(question, policy, random) : undefined
      if (delay === undefined) {
        const request = `${plan.method} ${hide(plan.url.origin + plan.url.pathname)}`
        throw deniedError(status, { status, request, problem, attempts, retryAfterMs }, key)
      }
      await sleep(clock, delay, plan.signal)
    }
  }
}

function nextHopOf(response: Response, plan: RequestPlan, hops: number): RequestPlan | undefined {
  try {
    return nextHop(response, plan, hops)
  } catch (error) {
    void discardBody(response)
    throw error
  }
}
