import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Door } from '../../src/door.types.ts'
import { ConfigurationError, UnavailableError } from '../../src/errors/errors.ts'
import { createDecider, type DeciderOptions } from '../../src/http/decider.ts'
import type { HttpResponse } from '../../src/http/response.ts'
import { setUp } from '../support/set-up.ts'
import { doorTo, withDoor } from '../support/door.ts'
import { keyringWithKey, requestWith } from './keyring.ts'

const { keyring, token, id } = await keyringWithKey()
const bearer = `Bearer ${token}`

function fetchRequest(authorization?: string, url = 'https://api.example.com/v1/docs'): Request {
  return new Request(url, { headers: authorization === undefined ? {} : { authorization } })
}

describe('a decider', () => {
  test('accepts a request of Node with a good key, and tells what the answer has to say', async () => {
    const decision = await createDecider(keyring)(requestWith(bearer))
    expect(decision).toEqual({
      ok: true,
      apiKey: expect.objectContaining({ id }),
      headers: { Vary: 'Authorization, X-API-Key' },
    })
  })

  test('accepts a request of the Fetch API just so', async () => {
    expect(await createDecider(keyring)(fetchRequest(bearer))).toMatchObject({ ok: true, apiKey: { id } })
  })

  test('refuses with everything a Response needs, as adapters answer', async () => {
    const decision = await createDecider(keyring, { realm: 'docs' })(fetchRequest())
    if (decision.ok) throw new Error('It was accepted')
    const response = new Response(decision.body, decision)
    expect(response.status).toBe(401)
    expect(Object.fromEntries(response.headers)).toEqual({
      vary: 'Authorization, X-API-Key',
      'cache-control': 'no-store',
      'www-authenticate': 'Bearer realm="docs"',
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(decision.body)),
    })
    expect(await response.json()).toMatchObject({ code: 'missing_credentials', status: 401 })
    expect(decision.denial.code).toBe('missing_credentials')
  })

  test.each([
    [
      'a key in the URL',
      fetchRequest(undefined, `https://x/?key=${token}`),
      'missing_credentials',
      'credential_in_url',
    ],
    ['two keys, which Headers join', fetchRequest(`${bearer}, ${bearer}`), 'malformed_key', undefined],
    ['a key without its scheme', fetchRequest(token), 'missing_credentials', 'missing_scheme'],
    ['no headers at all', { headers: undefined }, 'missing_credentials', undefined],
    ['invalid headers', { headers: null } as never, 'missing_credentials', undefined],
  ])('refuses %s', async (_title, request, code, hint) => {
    const decision = await createDecider(keyring)(request)
    expect(decision).toMatchObject({ ok: false, denial: { code } })
    if (hint !== undefined) expect(decision).toMatchObject({ denial: { hint } })
  })

  test('announces an expiry from the notice on, and a secret that is being replaced at once', async () => {
    const { keyring: noticing, create, keys, clock } = setUp({ expiryNoticeMs: 60_000 })
    const { token: expiring, key } = await create({ expiresAt: new Date(clock.now() + 7_200_000) })
    const announced = async (): Promise<string | undefined> => {
      const decision = await createDecider(noticing)(requestWith(`Bearer ${expiring}`))
      return decision.headers['API-Key-Expires']
    }
    await clock.advanceAsync(7_139_999)
    expect(await announced()).toBeUndefined()
    await clock.advanceAsync(1)
    expect(await announced()).toBe(new Date(clock.now() + 60_000).toUTCString())
    await keys.update(key.id, { expiresAt: null })
    expect(await announced()).toBeUndefined()
    await keys.rotate(key.id, { overlap: '1h' })
    expect(await announced()).toBe(new Date(clock.now() + 3_600_000).toUTCString())
  })

  test('holds what every request has to meet against the key', async () => {
    const cases: readonly [DeciderOptions<'docs:read' | 'docs:write' | 'keys:manage'>, string | undefined][] = [
      [{ permissions: ['docs:read'] }, undefined],
      [{ permissions: ['docs:read', 'docs:write'] }, 'insufficient_permission'],
      [{ anyPermission: ['docs:read', 'docs:write'] }, undefined],
      [{ anyPermission: ['docs:write'] }, 'insufficient_permission'],
      [{ environment: ['production'] }, undefined],
      [{ environment: ['development'] }, 'wrong_environment'],
    ]
    for (const [options, code] of cases) {
      for (const request of [requestWith(bearer), fetchRequest(bearer)]) {
        const decision = await createDecider(keyring, options)(request)
        expect(decision.ok ? undefined : decision.denial.code).toBe(code)
      }
    }
  })

  test('names the permissions it asks for, never what the key holds', async () => {
    const decision = await createDecider(keyring, { permissions: ['docs:write'] })(fetchRequest(bearer))
    expect(decision).toMatchObject({
      status: 403,
      headers: { 'WWW-Authenticate': 'Bearer realm="api", error="insufficient_scope", scope="docs:write"' },
      denial: { requiredPermissions: ['docs:write'] },
    })
    expect(decision).not.toHaveProperty('apiKey')
  })

  test('with `optional` lets a request without a key through, without one, and no bad key', async () => {
    const decide = createDecider(keyring, { optional: true, permissions: ['docs:write'] })
    expect(await decide(fetchRequest())).toMatchObject({ ok: true, apiKey: undefined })
    expect(await decide(fetchRequest('Bearer nonsense'))).toMatchObject({ ok: false, status: 401 })
    expect(await decide(fetchRequest(bearer))).toMatchObject({ ok: false, status: 403 })
  })

  test('with `otherBearer` lets a JWT through where a key is optional, and no damaged key', async () => {
    const decide = createDecider(keyring, { optional: true, otherBearer: 'pass' })
    expect(await decide(fetchRequest('Bearer eyJ.eyJ.c2ln'))).toMatchObject({ ok: true, apiKey: undefined })
    expect(await decide(fetchRequest(bearer.slice(0, 30)))).toMatchObject({ ok: false, status: 401 })
    expect(await createDecider(keyring, { otherBearer: 'pass' })(fetchRequest('Bearer eyJ.eyJ.c2ln'))).toMatchObject({
      ok: false,
      denial: { code: 'missing_credentials' },
    })
  })

  test('shares what was found out about a request with the other deciders of its keyring', async () => {
    let verifications = 0
    const counting = withDoor(keyring, {
      check(...asked) {
        verifications += 1
        return doorTo(keyring).check(...asked)
      },
    })
    const request = fetchRequest(bearer)
    expect(await createDecider(counting)(request)).toMatchObject({ ok: true })
    expect(await createDecider(counting, { permissions: ['docs:write'] })(request)).toMatchObject({ status: 403 })
    expect(verifications).toBe(1)
  })

  test('answers 503 when the store fails, and never rejects', async () => {
    const failing = withDoor(keyring, { check: () => Promise.reject(new UnavailableError('store', 'down')) })
    expect(await createDecider(failing)(fetchRequest(bearer))).toMatchObject({
      ok: false,
      status: 503,
      headers: { 'Retry-After': '1' },
    })
  })

  test('counts a use once: at once without a response, and with what guards made of it', async () => {
    const reports: unknown[][] = []
    const recordUse: Door['recordUse'] = (_, status, deniedBy) => void reports.push([status, deniedBy?.code])
    await createDecider(withDoor(keyring, { recordUse }))(fetchRequest(bearer))
    await createDecider(withDoor(keyring, { recordUse }), { permissions: ['docs:write'] })(fetchRequest(bearer))
    expect(reports).toEqual([
      [undefined, undefined],
      [undefined, 'insufficient_permission'],
    ])
  })

  test('counts the status of a response it is given, when that closes', async () => {
    const reports: unknown[][] = []
    const recordUse: Door['recordUse'] = (_, status, deniedBy) => void reports.push([status, deniedBy?.code])
    const request = requestWith(bearer)
    const events = new EventEmitter()
    const response = Object.assign(events, { req: request, socket: {}, headersSent: true, statusCode: 404 })
    await createDecider(withDoor(keyring, { recordUse }))(request, response as unknown as HttpResponse)
    expect(reports).toEqual([])
    events.emit('close')
    expect(reports).toEqual([[404, undefined]])
  })

  test.each([
    ['a misspelt permission', { permissions: ['docs:raed'] }],
    ['no permission', { permissions: [] }],
    ['no environment', { environment: [] }],
    ['an unknown option', { permission: 'docs:read' }],
    ['onDenied', { onDenied: () => {} }],
    ['skipPreflight', { skipPreflight: true }],
  ])('refuses to be made with %s', (_title, options) => {
    expect(() => createDecider(keyring, options as never)).toThrow(ConfigurationError)
  })
})
