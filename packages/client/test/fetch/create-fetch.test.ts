import { testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import {
  apiKey as hiddenKey,
  apiKeyFromEnv,
  createFetch,
  type ExpiryNotice,
  isApiClientError,
} from '../../src/index.ts'
import { denial, redirect, rejection, scene, token } from './api.ts'

const fine = new Response('fine')

describe('a request', () => {
  test('carries the key behind "Bearer", to the base URL and the path', async () => {
    const { api, sent } = scene([fine])
    expect(await (await api('/prompts?limit=2')).text()).toBe('fine')
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ url: 'https://api.acme.example/v1/prompts?limit=2', method: 'GET' })
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${token}`)
  })

  test('carries the bare key in a header of its own', async () => {
    const { api, sent } = scene([fine], { header: 'X-API-Key' })
    await api('/prompts')
    expect(sent[0]?.headers.get('x-api-key')).toBe(token)
    expect(sent[0]?.headers.has('authorization')).toBe(false)
  })

  test('carries a hidden key too', async () => {
    const { api, sent } = scene([fine], { apiKey: apiKeyFromEnv('K', { env: { K: token } }) })
    await api('/prompts')
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${token}`)
  })

  test('keeps method, headers and body of the caller', async () => {
    const { api, sent } = scene([fine])
    await api('/prompts', {
      method: 'post',
      headers: { 'Content-Type': 'application/json', 'X-Own': '1' },
      body: '{"a":1}',
    })
    expect(sent[0]).toMatchObject({ method: 'POST', body: '{"a":1}' })
    expect(sent[0]?.headers.get('x-own')).toBe('1')
  })

  test('may be a Request, also with changes', async () => {
    const { api, sent } = scene([fine])
    const request = new Request('https://api.acme.example/v1/prompts', {
      method: 'PUT',
      body: 'text',
      headers: { 'X-Own': '1' },
    })
    await api(request.clone())
    await api(request, { method: 'PATCH' })
    expect(sent.map(({ method, body, headers }) => [method, body, headers.get('x-own')])).toEqual([
      ['PUT', 'text', '1'],
      ['PATCH', 'text', '1'],
    ])
  })

  test('does not change what the caller passed', async () => {
    const headers = new Headers({ 'X-Own': '1' })
    const init = { headers }
    await scene([fine]).api('/prompts', init)
    expect(headers.has('authorization')).toBe(false)
    expect(init).toEqual({ headers })
  })

  test.each([200, 201, 204, 304, 400, 404, 409, 422, 500, 502, 504])(
    'that is answered with %d gets the answer',
    async (status) => {
      const { api, sent } = scene([new Response(null, { status })])
      expect((await api('/prompts')).status).toBe(status)
      expect(sent).toHaveLength(1)
    },
  )
})

describe('a hidden key', () => {
  const apiKey = hiddenKey('sk_live_0123abcd', { otherForms: /sk_live_[a-f0-9]{8}/ })

  test('of another form need not be described twice', async () => {
    const { api, sent } = scene([fine], { apiKey })
    await api('/prompts')
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer sk_live_0123abcd')
  })

  test('is compared with what is known here', () => {
    expect(() => scene([fine], { apiKey, prefix: 'acme' })).toThrow(
      expect.objectContaining({ mistake: 'foreign_prefix' }),
    )
  })

  test('that is a forgery with a line end in it is refused', () => {
    const forged = { ...apiKey, reveal: () => `${token}\nX-Evil: 1` }
    expect(() => scene([fine], { apiKey: forged })).toThrow(expect.objectContaining({ mistake: 'newline' }))
  })
})

describe('a request is not sent', () => {
  const refusals: [title: string, refusal: string, input: string | Request, init: RequestInit][] = [
    ['to another origin', 'other_origin', 'https://evil.example/v1/prompts', {}],
    ['as a Request to another origin', 'other_origin', new Request('https://evil.example/v1/prompts'), {}],
    ['to a place outside the base URL', 'outside_base_url', '/../admin', {}],
    ['with a credential of its own', 'own_credential', '/prompts', { headers: { authorization: 'Bearer x' } }],
    ['with the key in the URL', 'key_in_url', `/prompts?key=${token}`, {}],
  ]

  test.each(refusals)('%s', async (_title, refusal, input, init) => {
    const { api, sent } = scene([fine])
    const error = await rejection(api(input, init))
    expect(error).toMatchObject({ name: 'RequestRefusedError', code: 'request_refused', refusal })
    expect(error.message).toContain('nothing was sent')
    expect(error.message).not.toContain(token)
    expect(sent).toEqual([])
  })
})

describe('a refusal becomes an error:', () => {
  test.each([
    [401, 'key_expired', 'InvalidKeyError', 'invalid_key'],
    [403, 'insufficient_permission', 'PermissionDeniedError', 'permission_denied'],
    [429, 'rate_limited', 'RateLimitedError', 'rate_limited'],
    [503, 'temporarily_unavailable', 'UnavailableError', 'unavailable'],
  ])('%d %s', async (status, reason, name, code) => {
    const { api } = scene([denial(status, reason, { 'Retry-After': '2' })], { retry: false })
    const error = await rejection(api('/prompts?secret=1'))
    expect(error).toMatchObject({
      name,
      code,
      status,
      attempts: 1,
      retryAfterMs: 2_000,
      problem: { code: reason, detail: `Detail of ${reason}.` },
    })
    expect(error['request']).toBe('GET https://api.acme.example/v1/prompts')
    expect(isApiClientError(error)).toBe(true)
    expect(error.message).toContain(
      `GET https://api.acme.example/v1/prompts: ${status} ${reason}. Detail of ${reason}.`,
    )
  })

  test('it names the permissions that it takes, the key in its short form, and the variable', async () => {
    const apiKey = apiKeyFromEnv('ACME_API_KEY', { env: { ACME_API_KEY: token } })
    const { api } = scene([denial(403, 'insufficient_permission', {}, { requiredPermissions: ['prompts:write'] })], {
      apiKey,
    })
    const error = await rejection(api('/prompts', { method: 'POST' }))
    expect(error['problem']).toMatchObject({ requiredPermissions: ['prompts:write'] })
    expect(error.message).toBe(
      'POST https://api.acme.example/v1/prompts: 403 insufficient_permission. Detail of insufficient_permission. ' +
        `It takes prompts:write. (key ${apiKey.masked} from ACME_API_KEY)`,
    )
  })

  test.each([
    ['an empty body', new Response(null, { status: 401 })],
    ['HTML', new Response('<h1>401</h1>', { status: 401, headers: { 'Content-Type': 'text/html' } })],
    ['a list', new Response('[1]', { status: 401 })],
    ['fields of other types', new Response('{"code":1,"detail":{},"requiredPermissions":"x"}', { status: 401 })],
    [
      'a body without end',
      new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(65_536).fill(120)) }), { status: 401 }),
    ],
    [
      'a body that breaks off',
      new Response(new ReadableStream({ pull: (c) => c.error(new Error('gone')) }), { status: 401 }),
    ],
  ])('also with %s', async (_title, response) => {
    const { api } = scene([() => response])
    const error = await rejection(api('/prompts'))
    expect(error).toMatchObject({ code: 'invalid_key', status: 401, problem: undefined })
    expect(error.message).toContain('401. The answer did not say why.')
  })

  test('also with a body that does not come: it waits 10 s for it', async () => {
    const stalled = new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), { status: 401 })
    const { api, clock } = scene([() => stalled])
    const answer = rejection(api('/prompts'))
    await vi.waitFor(() => expect(clock.pending()).toBe(1))
    clock.advance(10_000)
    expect(await answer).toMatchObject({ code: 'invalid_key', problem: undefined })
  })

  test('the format { error: { code, message } } is understood', async () => {
    const { api } = scene([Response.json({ error: { code: 'key_revoked', message: 'Ended.' } }, { status: 401 })])
    expect(await rejection(api('/prompts'))).toMatchObject({ problem: { code: 'key_revoked', detail: 'Ended.' } })
  })

  test('what the answer says is shortened, and cannot forge lines of a log', async () => {
    const { api } = scene([denial(401, 'invalid_key', {}, { detail: `a\nb\u001b[31m\u202e${'x'.repeat(5_000)}` })])
    const error = await rejection(api('/prompts'))
    expect(error.message).toMatch(/401 invalid_key\. a b \[31m x+/)
    expect(error.message.length).toBeLessThan(1_000)
  })

  test.each([401, 403])('%d is sent once, whatever the answer asks for', async (status) => {
    const { api, sent, waits } = scene([denial(status, 'key_disabled', { 'Retry-After': '1' })])
    await rejection(api('/prompts'))
    expect([sent.length, waits]).toEqual([1, []])
  })
})

describe('after 429 and 503', () => {
  test.each([
    ['seconds', '2'],
    ['a date', 'Wed, 01 Jan 2025 00:00:02 GMT'],
  ])('it waits as long as Retry-After says in %s, and sends again', async (_title, retryAfter) => {
    const { api, sent, waits } = scene([denial(503, 'verifier_busy', { 'Retry-After': retryAfter }), fine])
    expect((await api('/prompts')).status).toBe(200)
    expect([sent.length, waits]).toEqual([2, [2_000]])
  })

  test('a date is compared with the clock of the API, where the answer tells it', async () => {
    const headers = { 'Retry-After': 'Wed, 01 Jan 2020 00:00:02 GMT', Date: 'Wed, 01 Jan 2020 00:00:00 GMT' }
    const { api, waits } = scene([denial(503, 'verifier_busy', headers), fine])
    await api('/prompts')
    expect(waits).toEqual([2_000])
  })

  test('it gives up after three more attempts', async () => {
    const { api, sent, waits } = scene([denial(429, 'rate_limited', { 'Retry-After': '1' })])
    const error = await rejection(api('/prompts'))
    expect(error).toMatchObject({ code: 'rate_limited', attempts: 4 })
    expect(error.message).toContain('It was sent 4 times.')
    expect([sent.length, waits]).toEqual([4, [1_000, 1_000, 1_000]])
  })

  test('it gives up at once when the wait is longer than the budget', async () => {
    const { api, sent, waits } = scene([denial(429, 'rate_limited', { 'Retry-After': '3600' })])
    expect(await rejection(api('/prompts'))).toMatchObject({
      code: 'rate_limited',
      attempts: 1,
      retryAfterMs: 3_600_000,
    })
    expect([sent.length, waits]).toEqual([1, []])
  })

  test('the time that the API takes to answer counts', async () => {
    const slow = scene([() => (slow.clock.advance(20_000), denial(503, 'verifier_busy', { 'Retry-After': '1' }))])
    expect(await rejection(slow.api('/prompts'))).toMatchObject({ attempts: 2 })
  })

  test.each([
    ['a text', 'text', 'text'],
    ['bytes', new TextEncoder().encode('bytes'), 'bytes'],
    ['an ArrayBuffer', new TextEncoder().encode('buffer').buffer, 'buffer'],
    ['a Blob', new Blob(['blob']), 'blob'],
    ['a form', new URLSearchParams({ a: '1' }), 'a=1'],
  ])('a body of %s is sent again', async (_title, body, expected) => {
    const { api, sent } = scene([denial(503, 'verifier_busy', { 'Retry-After': '0' }), fine])
    await api('/prompts', { method: 'POST', body })
    expect(sent.map((one) => one.body)).toEqual([expected, expected])
  })

  test('a stream is not: it is gone', async () => {
    const { api, sent } = scene([denial(503, 'verifier_busy', { 'Retry-After': '0' }), fine])
    const init = { method: 'POST', body: new Blob(['stream']).stream(), duplex: 'half' } as RequestInit
    expect(await rejection(api('/prompts', init))).toMatchObject({ code: 'unavailable', attempts: 1 })
    expect(
      await rejection(api(new Request('https://api.acme.example/v1/x', { method: 'POST', body: 'text' }))),
    ).toBeInstanceOf(Error)
    expect(sent.length).toBe(2)
  })

  test('a POST is not sent again when it may have been carried out', async () => {
    const { api, sent } = scene([new Response('down', { status: 503 })])
    await rejection(api('/prompts', { method: 'POST', body: 'x' }))
    expect(sent).toHaveLength(1)
    await rejection(api('/prompts', { method: 'POST', body: 'x', headers: { 'Idempotency-Key': 'one' } }))
    expect(sent).toHaveLength(5)
  })

  test('a failure of the network is passed on as it is', async () => {
    const failure = new TypeError('fetch failed')
    const { api, sent } = scene([failure])
    expect(await rejection(api('/prompts'))).toBe(failure)
    expect(sent).toHaveLength(1)
  })
})

describe('a signal', () => {
  const waiting = () => {
    const clock = testClock()
    const delays: number[] = []
    const schedule = (delayMs: number, task: () => void) => {
      delays.push(delayMs)
      return clock.schedule(delayMs, task)
    }
    const { api, sent } = scene([denial(503, 'verifier_busy', { 'Retry-After': '5' })], {
      clock: { ...clock, schedule },
    })
    return { api, sent, clock, isWaiting: () => vi.waitFor(() => expect(delays).toContain(5_000)) }
  }

  test('that aborts during the wait ends it at once, with its reason, and leaves no timer', async () => {
    const { api, sent, clock, isWaiting } = waiting()
    const controller = new AbortController()
    const answer = rejection(api('/prompts', { signal: controller.signal }))
    await isWaiting()
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await answer).toBe(reason)
    expect([sent.length, clock.pending()]).toEqual([1, 0])
  })

  test('of a Request is heeded too', async () => {
    const { api, isWaiting } = waiting()
    const controller = new AbortController()
    const answer = rejection(api(new Request('https://api.acme.example/v1/x', { signal: controller.signal })))
    await isWaiting()
    controller.abort()
    expect((await answer).name).toBe('AbortError')
  })

  test('that has aborted already lets nothing be sent', async () => {
    const { api, sent } = scene([fine])
    expect((await rejection(api('/prompts', { signal: AbortSignal.abort() }))).name).toBe('AbortError')
    expect(sent).toEqual([])
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%d within the origin is followed with the key', async (status) => {
    const { api, sent } = scene([redirect(status, '/v2/prompts'), fine])
    expect((await api('/prompts')).status).toBe(200)
    expect(sent[1]?.url).toBe('https://api.acme.example/v2/prompts')
    expect(sent[1]?.headers.get('authorization')).toBe(`Bearer ${token}`)
  })

  test.each([
    'https://evil.example/',
    'http://api.acme.example/v1/prompts',
    'https://api.acme.example:8443/',
    '//evil.example/',
    'https://api.acme.example.evil.example/',
    '\\\\evil.example',
  ])('to %s is refused, and the key goes nowhere', async (location) => {
    const { api, sent } = scene([redirect(302, location), fine])
    expect(await rejection(api('/prompts'))).toMatchObject({
      name: 'RedirectRefusedError',
      code: 'redirect_refused',
      refusal: 'other_origin',
    })
    expect(sent).toHaveLength(1)
  })

  test.each(['https://user:pass@api.acme.example/', 'http://[', 'https://'])(
    'to %s, which cannot be followed, is refused',
    async (location) => {
      expect(await rejection(scene([redirect(302, location)]).api('/prompts'))).toMatchObject({ refusal: 'not_a_url' })
    },
  )

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [301, 'PUT', 'PUT', 'text'],
    [302, 'DELETE', 'DELETE', 'text'],
    [307, 'POST', 'POST', 'text'],
    [308, 'POST', 'POST', 'text'],
  ])('%d turns %s into %s, as in every browser', async (status, method, becomes, body) => {
    const { api, sent } = scene([redirect(status, '/v1/other'), fine])
    await api('/prompts', { method, body: 'text', headers: { 'Content-Type': 'text/plain' } })
    expect(sent[1]).toMatchObject({ method: becomes, body })
    expect(sent[1]?.headers.has('content-type')).toBe(body !== '')
  })

  test('303 leaves HEAD as it is', async () => {
    const { api, sent } = scene([redirect(303, '/v1/other'), new Response(null)])
    await api('/prompts', { method: 'HEAD' })
    expect(sent[1]?.method).toBe('HEAD')
  })

  test('that asks for a stream again is refused', async () => {
    const { api } = scene([redirect(307, '/v1/other'), fine])
    const init = { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as RequestInit
    expect(await rejection(api('/prompts', init))).toMatchObject({ refusal: 'body_not_repeatable' })
  })

  test('in a circle ends', async () => {
    const { api, sent } = scene([redirect(302, '/v1/prompts')])
    expect(await rejection(api('/prompts'))).toMatchObject({ refusal: 'too_many' })
    expect(sent).toHaveLength(11)
  })

  test('is returned or refused where the caller says so', async () => {
    const { api } = scene([redirect(302, 'https://evil.example/')])
    expect((await api('/prompts', { redirect: 'manual' })).status).toBe(302)
    expect(await rejection(api('/prompts', { redirect: 'error' }))).toMatchObject({ refusal: 'not_wanted' })
  })

  test('is not followed again, nor its request repeated, when what it led to is unavailable', async () => {
    const { api, sent } = scene([redirect(303, '/v1/done'), denial(503, 'verifier_busy', { 'Retry-After': '0' }), fine])
    await api('/prompts', { method: 'POST', body: 'x' })
    expect(sent.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      'POST /v1/prompts',
      'GET /v1/done',
      'GET /v1/done',
    ])
  })

  test('whose target the runtime hides is refused', async () => {
    const opaque = Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' })
    expect(await rejection(scene([() => opaque]).api('/prompts'))).toMatchObject({ refusal: 'hidden' })
  })
})

describe('a key that ends soon', () => {
  const ending = () => new Response('fine', { headers: { 'API-Key-Expires': 'Sun, 05 Jan 2025 12:00:00 GMT' } })

  test('is reported once, however many answers say so', async () => {
    const notices: ExpiryNotice[] = []
    const apiKey = apiKeyFromEnv('ACME_API_KEY', { env: { ACME_API_KEY: token } })
    const { api } = scene([ending], { apiKey, onExpiring: (notice) => notices.push(notice) })
    await Promise.all([api('/a'), api('/b')])
    await api('/c')
    expect(notices).toEqual([
      {
        expiresAt: new Date('2025-01-05T12:00:00Z'),
        masked: apiKey.masked,
        variable: 'ACME_API_KEY',
        message:
          `The API key ${apiKey.masked} stops working at 2025-01-05T12:00:00.000Z, in 4 days. ` +
          'Put the newest secret of it, or a new key, into ACME_API_KEY.',
      },
    ])
  })

  test('is a warning of the process by default', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      const { api } = scene([ending])
      await api('/a')
      await api('/b')
      expect(emit.mock.calls).toEqual([
        [expect.stringMatching(/stops working at 2025-01-05/), { type: 'ApiKeyWarning', code: 'API_KEY_EXPIRES' }],
      ])
    } finally {
      emit.mockRestore()
    }
  })

  test('is reported as a warning when the logger fails, and the request succeeds', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      const { api } = scene([ending], {
        onExpiring: () => {
          throw new Error('disk full')
        },
      })
      expect((await api('/a')).status).toBe(200)
      expect(emit).toHaveBeenCalledTimes(1)
    } finally {
      emit.mockRestore()
    }
  })

  test.each(['soon', '', '2025-01-05'])('is not reported for %j', async (value) => {
    const onExpiring = vi.fn()
    await scene([() => new Response('fine', { headers: { 'API-Key-Expires': value } })], { onExpiring }).api('/a')
    expect(onExpiring).not.toHaveBeenCalled()
  })
})

describe('options that cannot work are refused when the fetch is made:', () => {
  test.each([
    ['baseUrl', {}],
    ['header', { header: 'X API Key' }],
    ['header', { header: '' }],
    ['retry.retries', { retry: { retries: 99 } }],
    ['fetch', { fetch: 'x' }],
    ['onExpiring', { onExpiring: 'x' }],
    ['allowHttp', { allowHttp: 'yes' }],
    ['options', { apikey: token }],
  ])('%s in %j', (option, change) => {
    const options = {
      apiKey: token,
      ...(option === 'baseUrl' ? {} : { baseUrl: 'https://api.acme.example' }),
      ...change,
    }
    expect(() => createFetch(options as Parameters<typeof createFetch>[0])).toThrow(
      expect.objectContaining({ code: 'setup', option }),
    )
  })

  test('a key that cannot be one', () => {
    expect(() => createFetch({ apiKey: `${token}\n`, baseUrl: 'https://api.acme.example' })).toThrow(
      expect.objectContaining({ code: 'api_key_unusable', mistake: 'newline' }),
    )
  })
})
