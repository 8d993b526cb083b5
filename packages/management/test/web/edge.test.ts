import { systemActor, UnavailableError } from '@claviger/core'
import { testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { type AdmissionParts, admit } from '../../src/web/admission.ts'
import { limited, steppedUp, type ManagementCall } from '../../src/web/hooks.ts'
import { askedWith, hostOf } from '../../src/web/host.ts'
import { readText } from '../../src/web/read-text.ts'
import { createRequestIds } from '../../src/web/request-id.ts'

const asked = { request: new Request('http://x/keys', { headers: { 'user-agent': 'curl/8' } }), native: undefined }

describe('the second argument of fetch', () => {
  test('is the host of an adapter', () => {
    const native = { session: {} }
    expect(hostOf({ native, originalUrl: '/settings/keys?a=1' })).toEqual({ native, originalUrl: '/settings/keys?a=1' })
  })

  test.each([undefined, null, 1, 'x', {}, { incoming: {}, outgoing: {} }, [], Object.create({ native: 1 })])(
    'counts as absent when it is something else: %o',
    (given) => {
      expect(hostOf(given)).toEqual({})
    },
  )
})

test('hooks get a request without the body, and the body stays unread', async () => {
  const request = new Request('http://x/keys', {
    method: 'POST',
    body: '{"ownerId":"eve"}',
    headers: { cookie: 'a=1' },
  })
  const { request: seen } = askedWith(request, {})
  expect(await seen.text()).toBe('')
  expect([seen.method, seen.url, seen.headers.get('cookie')]).toEqual(['POST', 'http://x/keys', 'a=1'])
  expect(await request.text()).toBe('{"ownerId":"eve"}')
})

describe('the id of a request', () => {
  const redact = (text: string): string => text.replace('secret', '...')

  test('is new each time, and never what a client sent', () => {
    const idOf = createRequestIds(undefined, redact)
    const sent = { ...asked, request: new Request('http://x', { headers: { 'x-request-id': 'mine' } }) }
    expect(idOf(sent)).toMatch(/^req_[\w-]{36}$/)
    expect(idOf(sent)).not.toBe(idOf(sent))
  })

  test('is what the host calls it, if that is fit for a header', () => {
    const idOf = (id: string | undefined) => createRequestIds(() => id, redact)(asked)
    expect(idOf('trace:4711/8.a')).toBe('trace:4711/8.a')
    for (const unfit of [undefined, '', 'a b', 'a\r\nb', 'x'.repeat(129), 'has-secret']) {
      expect(idOf(unfit)).toMatch(/^req_/)
    }
  })
})

describe('a body', () => {
  const post = (body: string | Uint8Array | ReadableStream, headers = {}) =>
    new Request('http://x', { method: 'POST', body, headers, duplex: 'half' } as never)

  test('is read to its last allowed byte', async () => {
    expect(await readText(post('12345'), 5)).toEqual({ ok: true, text: '12345' })
    expect(await readText(post('\u20ac'), 3)).toEqual({ ok: true, text: '\u20ac' })
    expect(await readText(new Request('http://x', { method: 'POST' }), 5)).toEqual({ ok: true, text: '' })
  })

  test('is not read further than that, whatever its length says', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1_000))
      },
    })
    expect(await readText(post(endless), 2_500)).toEqual({ ok: false, reason: 'tooLarge' })
    expect(pulled).toBeLessThan(6)
    expect(await readText(post('\u20ac'), 2)).toEqual({ ok: false, reason: 'tooLarge' })
    expect(await readText(post('1', { 'content-length': '9999' }), 5)).toEqual({ ok: false, reason: 'tooLarge' })
  })

  test('that is not UTF-8, breaks off, or was read before, is refused', async () => {
    expect(await readText(post(new Uint8Array([0x22, 0xff, 0x22])), 9)).toEqual({ ok: false, reason: 'notUtf8' })
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('aborted')) })
    expect(await readText(post(broken), 9)).toEqual({ ok: false, reason: 'notReadable' })
    const used = post('1')
    await used.text()
    expect(await readText(used, 9)).toEqual({ ok: false, reason: 'notReadable' })
  })
})

describe('who makes a call', async () => {
  const { keyring } = await testKeyring()

  async function ask(authorize: AdmissionParts['authorize']) {
    const reported: unknown[] = []
    const admission = await admit({ keyring, authorize, report: (error) => reported.push(error) }, asked, 'req_1')
    return { admission, reported }
  }

  test('is the actor that the host names, with the request in its origin', async () => {
    const { admission, reported } = await ask(() => systemActor('ws_acme'))
    expect(admission).toMatchObject({
      ok: true,
      actor: { type: 'system', workspaceId: 'ws_acme', origin: { requestId: 'req_1', userAgent: 'curl/8' } },
    })
    expect(reported).toEqual([])
  })

  test('keeps the origin that the host knows better', async () => {
    const { admission } = await ask(() => systemActor('ws_acme', { origin: { ip: '10.0.0.7', userAgent: 'app' } }))
    expect(admission).toMatchObject({ actor: { origin: { ip: '10.0.0.7', userAgent: 'app', requestId: 'req_1' } } })
  })

  test('is no one for null, and for a place to sign in', async () => {
    expect(await ask(async () => null)).toMatchObject({
      admission: { ok: false, problem: { code: 'unauthenticated', status: 401 } },
      reported: [],
    })
    expect(await ask(() => ({ redirect: '/login' }))).toMatchObject({
      admission: { ok: false, problem: { status: 401 }, redirect: '/login' },
      reported: [],
    })
  })

  test.each([
    ['undefined', undefined],
    ['true', true],
    ['a text', 'ada'],
    ['an empty object', {}],
    ['an actor without a workspace', { type: 'user', id: 'ada', permissions: [] }],
    ['an actor with a misspelt ability', { ...systemActor('ws'), can: { listall: true } }],
    ['an object that inherits an actor', Object.create(systemActor('ws'))],
    ['a list', []],
  ])('is no one, and reported, for %s', async (_, answer) => {
    const { admission, reported } = await ask(() => answer as never)
    expect(admission).toMatchObject({ ok: false, problem: { code: 'internal_error', status: 500 } })
    expect(reported).toHaveLength(1)
  })

  test('is no one, and reported, when the host throws', async () => {
    const thrown = new Error('session store: redis://user:password@host')
    for (const authorize of [
      () => {
        throw thrown
      },
      () => Promise.reject(thrown),
    ]) {
      const { admission, reported } = await ask(authorize)
      expect(admission).toMatchObject({ ok: false, problem: { code: 'internal_error' } })
      expect(JSON.stringify(admission)).not.toContain('password')
      expect(reported).toEqual([thrown])
    }
  })

  test('cannot be told while the key store is down: 503', async () => {
    const { admission, reported } = await ask(() => Promise.reject(new UnavailableError('store', 'down')))
    expect(admission).toMatchObject({ ok: false, problem: { code: 'store_unavailable', status: 503 } })
    expect(reported).toHaveLength(1)
  })
})

describe('the hooks of a host', () => {
  const call: ManagementCall = { ...asked, actor: systemActor('ws'), action: 'createKey', targetId: undefined }

  test('limit calls, with a time to wait in whole seconds', async () => {
    expect(await limited(undefined, call)).toBeUndefined()
    expect(await limited(() => true, call)).toBeUndefined()
    expect(await limited(async () => ({ retryAfterSeconds: 2.1 }), call)).toMatchObject({
      code: 'rate_limited',
      headers: { 'Retry-After': '3' },
    })
    expect(await limited(() => ({ retryAfterSeconds: 0 }), call)).toMatchObject({ headers: { 'Retry-After': '1' } })
  })

  test('ask for a fresh sign-in', async () => {
    expect(await steppedUp(undefined, call)).toBeUndefined()
    expect(await steppedUp(({ action }) => action !== 'revokeKey', call)).toBeUndefined()
    expect(await steppedUp(async () => false, call)).toMatchObject({ code: 'step_up_required', status: 403 })
    expect(await steppedUp(() => ({ redirect: '/mfa' }), call)).toMatchObject({ stepUpUrl: '/mfa' })
  })

  test.each([undefined, null, 'yes', 1, {}, { retryAfterSeconds: Number.NaN }])(
    'never let pass with an invalid answer: %o',
    async (answer) => {
      await expect(limited(() => answer as never, call)).rejects.toThrow('limit must return true')
      await expect(steppedUp(() => answer as never, call)).rejects.toThrow('stepUp must return true')
    },
  )
})
