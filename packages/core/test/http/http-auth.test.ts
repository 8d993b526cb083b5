import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BusyError, ConfigurationError, UnavailableError } from '../../src/errors/errors.ts'
import type { Decide, Decision } from '../../src/http/decision.ts'
import { type AuthStep, createHttpAuth } from '../../src/http/http-auth.ts'
import type { HttpAuthOptions } from '../../src/http/options.ts'
import type { HttpRequest } from '../../src/http/request.ts'
import type { Keyring } from '../../src/keyring.types.ts'
import { withDoor } from '../support/door.ts'
import { keyringWithKey, requestWith, stepsOf } from './keyring.ts'

const { keyring, token, id } = await keyringWithKey()
const warnings = vi.spyOn(process, 'emitWarning')

beforeEach(() => void warnings.mockReset().mockImplementation(() => {}))

function auth(on: Keyring = keyring, options: HttpAuthOptions<unknown> = {}): ReturnType<typeof stepsOf<string>> {
  return stepsOf(on, options)
}

function ask(decide: Decide<unknown>, request: HttpRequest): Promise<Decision> {
  return Promise.resolve(decide(request, request))
}

function codeOf(decision: Decision): string {
  return decision.type === 'deny' ? decision.denial.code : decision.type
}

function published(channel: string): unknown[] {
  const messages: unknown[] = []
  const listen = (message: unknown): void => void messages.push(message)
  subscribe(channel, listen)
  stops.push(() => unsubscribe(channel, listen))
  return messages
}
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

describe('authenticate', () => {
  const { decide } = auth().authenticate()

  test('answers in the same tick for a key in memory, and later for any other', async () => {
    const fresh = await keyringWithKey()
    const cold = stepsOf(fresh.keyring).authenticate().decide
    const first = cold(requestWith(`Bearer ${fresh.token}`), undefined)
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toMatchObject({ type: 'pass', apiKey: { id: fresh.id } })
    expect(cold(requestWith(`Bearer ${fresh.token}`), undefined)).toMatchObject({
      type: 'pass',
      apiKey: { id: fresh.id },
    })
  })

  test('answers in the same tick what the bytes tell', () => {
    expect(codeOf(decide(requestWith(undefined), requestWith(undefined)) as Decision)).toBe('missing_credentials')
    expect(codeOf(decide(requestWith('Bearer'), requestWith(undefined)) as Decision)).toBe('malformed_key')
  })

  test('accepts another spelling of the scheme without lending it what was cached', async () => {
    expect(await ask(decide, requestWith(`bEaReR   ${token}`))).toMatchObject({ type: 'pass', apiKey: { id } })
  })

  test.each([
    [new UnavailableError('store', 'down'), 'temporarily_unavailable'],
    [new BusyError('busy'), 'verifier_busy'],
    [new TypeError('bug'), 'temporarily_unavailable'],
    [{ code: 'ERR_CLAVIGER_BUSY' }, 'temporarily_unavailable'],
    [undefined, 'temporarily_unavailable'],
  ])('turns what the keyring throws into 503 (%#)', async (thrown, code) => {
    const errors = published('claviger:error')
    const broken = withDoor(keyring, { check: () => Promise.reject(thrown) })
    expect(codeOf(await ask(auth(broken).authenticate().decide, requestWith(`Bearer ${token}`)))).toBe(code)
    expect(errors).toEqual([{ error: thrown, during: 'verify' }])
  })

  test('turns an invalid answer of the keyring into 503', async () => {
    for (const answer of [undefined, null, true, 'ok', {}]) {
      const broken = withDoor(keyring, { check: async () => answer as never })
      expect(codeOf(await ask(auth(broken).authenticate().decide, requestWith(`Bearer ${token}`)))).toBe(
        'temporarily_unavailable',
      )
    }
  })

  test('keeps a refusal for the request: nothing later in the chain lets it pass', async () => {
    const request = requestWith('Bearer x')
    expect(codeOf(await ask(decide, request))).toBe('malformed_key')
    expect(codeOf(await ask(auth().authenticate({ optional: true }).decide, request))).toBe('malformed_key')
    expect(codeOf(await ask(auth().check(() => true).decide, request))).toBe('malformed_key')
  })

  test('authenticators made apart share what one keyring found out', async () => {
    const request = requestWith(`Bearer ${token}`)
    await ask(decide, request)
    expect(await ask(auth(keyring, { header: 'X-Other' }).authenticate().decide, request)).toMatchObject({
      apiKey: { id },
    })
  })

  test('takes overrides for one authenticator, where undefined means as in apiKeyAuth', async () => {
    const base = auth(keyring, { realm: 'base', optional: true })
    expect(await ask(base.authenticate({ optional: undefined }).decide, requestWith(undefined))).toMatchObject({
      type: 'pass',
    })
    const own = await ask(base.authenticate({ optional: false, realm: 'own' }).decide, requestWith(undefined))
    expect(own).toMatchObject({ denial: { headers: { 'WWW-Authenticate': 'Bearer realm="own"' } } })
    const strict = await ask(base.authenticate({ optional: false }).decide, requestWith(undefined))
    expect(strict).toMatchObject({ denial: { headers: { 'WWW-Authenticate': 'Bearer realm="base"' } } })
  })

  test('refuses wrong options at construction, also in overrides', () => {
    expect(() => auth(keyring, { realm: '"' })).toThrow(ConfigurationError)
    expect(() => auth().authenticate({ realm: '"' })).toThrow(ConfigurationError)
    expect(() => auth().authenticate({ optoinal: true } as never)).toThrow(/did you mean "optional"/)
    expect(() => auth().authenticate(null as never)).toThrow(ConfigurationError)
  })

  test('strips only after success', async () => {
    const stripping = auth(keyring, { stripCredential: true }).authenticate().decide
    const bad = requestWith('Bearer x', { headers: { authorization: 'Bearer x' } })
    await ask(stripping, bad)
    expect([bad.rawHeaders, bad.headers]).toEqual([
      ['Host', 'x', 'Authorization', 'Bearer x'],
      { authorization: 'Bearer x' },
    ])
    const good = requestWith(`Bearer ${token}`, { headers: { authorization: `Bearer ${token}`, Authorization: 'x' } })
    await ask(stripping, good)
    expect([good.rawHeaders, good.headers]).toEqual([['Host', 'x', 'Authorization', ''], {}])
  })

  test('strips the field that held the key, and leaves a Basic beside it to the application', async () => {
    const both = ['Authorization', 'Basic dXNlcjpwYXNz', 'X-API-KEY', token]
    const headers = { authorization: 'Basic dXNlcjpwYXNz', 'x-api-key': token }
    const request = requestWith(undefined, { rawHeaders: both, headers })
    await ask(auth(keyring, { stripCredential: true, header: 'X-API-Key' }).authenticate().decide, request)
    expect([both, headers]).toEqual([
      ['Authorization', 'Basic dXNlcjpwYXNz', 'X-API-KEY', ''],
      { authorization: 'Basic dXNlcjpwYXNz' },
    ])
  })

  test('a request that cannot be stripped does not pass with its credential', async () => {
    const stripping = auth(keyring, { stripCredential: true }).authenticate().decide
    const request = requestWith(`Bearer ${token}`, { headers: Object.freeze({ authorization: `Bearer ${token}` }) })
    expect(codeOf(await ask(stripping, request))).toBe('temporarily_unavailable')
    const shared = requestWith(`Bearer ${token}`, { headers: Object.freeze({ authorization: `Bearer ${token}` }) })
    expect(codeOf(await ask(decide, shared))).toBe('pass')
    expect(codeOf(await ask(stripping, shared))).toBe('temporarily_unavailable')
  })

  test('publishes refusals without secrets, with the key id only once it is proven', async () => {
    const denied = published('claviger:denied')
    await ask(decide, requestWith(undefined))
    await ask(decide, requestWith(`Bearer ${token.slice(0, -1)}`))
    const request = requestWith(`Bearer ${token}`)
    await ask(decide, request)
    await ask(auth().require('docs:write').decide, request)
    expect(denied).toEqual([
      { code: 'missing_credentials', status: 401 },
      { code: 'malformed_key', status: 401 },
      { code: 'insufficient_permission', status: 403, keyId: id },
    ])
  })

  test('publishes that a client sends keys in URLs, also where a key is optional', async () => {
    const seen = published('claviger:credential_in_url')
    const request = (): HttpRequest => requestWith(undefined, { url: `/x?access_token=${token}` })
    expect(codeOf(await ask(decide, request()))).toBe('missing_credentials')
    expect(codeOf(await ask(auth(keyring, { optional: true }).authenticate().decide, request()))).toBe(
      'missing_credentials',
    )
    await ask(decide, requestWith(`Bearer ${token}`))
    expect(seen).toEqual([{ hint: 'credential_in_url' }, { hint: 'credential_in_url' }])
  })

  test('publishes it also beside a good key, or a bad one', async () => {
    const seen = published('claviger:credential_in_url')
    for (const sent of [token, 'undefined', token.slice(0, -1)]) {
      const request = requestWith(`Bearer ${sent}`, { url: `/x?key=${token}` })
      expect(codeOf(await ask(decide, request))).toBe(sent === token ? 'pass' : 'malformed_key')
      // A second authenticator looks at nothing again.
      await ask(decide, request)
    }
    expect(seen).toHaveLength(3)
  })

  test('shares what it found out with another copy of this package, but not with another keyring', async () => {
    const request = requestWith(`Bearer ${token}`)
    await ask(decide, request)
    vi.resetModules()
    const copy = await import('../../src/http/http-auth.ts')
    expect(copy.createHttpAuth).not.toBe(createHttpAuth)
    const guardOn = (on: typeof keyring): Decide<unknown> =>
      copy.createHttpAuth(on, undefined, (step: AuthStep<unknown, unknown>) => step).require('docs:read').decide
    expect(codeOf(await ask(guardOn(keyring), request))).toBe('pass')
    expect(codeOf(await ask(guardOn(withDoor(keyring, {})), request))).toBe('guard_without_auth')
  })
})

describe('guards', () => {
  test('of another keyring answer 500: one product does not vouch for the other', async () => {
    const other = await keyringWithKey()
    const request = requestWith(`Bearer ${token}`)
    await ask(auth().authenticate().decide, request)
    expect(codeOf(await ask(stepsOf(other.keyring).require('docs:read').decide, request))).toBe('guard_without_auth')
  })

  test('warn once for each guard, and publish every time', async () => {
    const errors = published('claviger:error')
    const [one, two] = [auth().require('docs:read').decide, auth().require('docs:read').decide]
    for (const each of [one, one, two]) await ask(each, requestWith(undefined))
    expect(warnings.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining("auth.require('docs:read'): no auth.authenticate()"),
      expect.stringContaining("auth.require('docs:read'): no auth.authenticate()"),
    ])
    expect(warnings.mock.calls[0]?.[1]).toEqual({ type: 'ClavigerWarning', code: 'CLAVIGER_GUARD_WITHOUT_AUTH' })
    expect(errors).toHaveLength(3)
  })

  test('blot tokens out of what they warn with', async () => {
    const request = requestWith(`Bearer ${token}`)
    await ask(auth().authenticate().decide, request)
    const check = auth().check(() => {
      throw new Error(`looked at ${token} and ${token}`)
    })
    expect(codeOf(await ask(check.decide, request))).toBe('guard_failed')
    const printed = JSON.stringify(warnings.mock.calls)
    expect(printed).toContain('looked at acme_production_')
    expect(printed).not.toContain(token)
  })

  test('survive errors that cannot be read', async () => {
    const request = requestWith(`Bearer ${token}`)
    await ask(auth().authenticate().decide, request)
    const hostile = Object.defineProperty(new Error('x'), 'stack', {
      get() {
        throw new Error('trap')
      },
    })
    const check = auth().check(() => Promise.reject(hostile))
    expect(codeOf(await ask(check.decide, request))).toBe('guard_failed')
  })

  test('await promises of any make', async () => {
    const request = requestWith(`Bearer ${token}`)
    await ask(auth().authenticate().decide, request)
    const then = (resolve: (value: boolean) => void): void => resolve(false)
    // oxlint-disable-next-line unicorn/no-thenable -- that is the point
    const thenable: unknown = Object.defineProperty({}, 'then', { value: then })
    const check = auth().check(() => thenable as Promise<boolean>)
    expect(codeOf(await ask(check.decide, request))).toBe('insufficient_permission')
  })

  test.each(['require', 'requireAny'] as const)('%s refuses names at start-up', (kind) => {
    const make = (...names: readonly unknown[]): unknown => auth()[kind](...(names as [string]))
    expect(() => make()).toThrow(/at least one permission/)
    expect(() => make(undefined)).toThrow(/got undefined/)
    expect(() => make(['docs:read'])).toThrow(/got an array/)
    expect(() => make('docs:read', 'docs:raed')).toThrow(/did you mean "docs:read"/)
    for (const name of ['docs', 'docs:', ':read', '', 'docs:*', '*:*', 'DOCS:READ', 'docs:read ', 'docs:read:all']) {
      expect(() => make(name)).toThrow(ConfigurationError)
    }
    expect(() => make('docs:read', 'keys:manage')).not.toThrow()
  })

  test('environment refuses undeclared names at start-up', () => {
    expect(() => auth().environment(...([] as unknown as [string]))).toThrow(/at least one environment/)
    expect(() => auth().environment('prodution')).toThrow(/did you mean "production"/)
    expect(() => auth().environment(undefined as never)).toThrow(ConfigurationError)
  })

  test('workspace and check refuse what is not a function at start-up', () => {
    for (const value of [undefined, null, 'ws_acme', {}, true]) {
      expect(() => auth().workspace(value as never)).toThrow(ConfigurationError)
      expect(() => auth().check(value as never)).toThrow(ConfigurationError)
    }
  })

  test('copy what they are given', async () => {
    const names: [string, ...string[]] = ['docs:read']
    const { decide } = auth().require(...names)
    names.push('docs:write')
    const request = requestWith(`Bearer ${token}`)
    await ask(auth().authenticate().decide, request)
    expect(codeOf(await ask(decide, request))).toBe('pass')
  })
})

test.each([undefined, null, {}, 'keyring', 7, () => keyring, Promise.resolve(keyring), { verify() {} }])(
  'apiKeyAuth refuses what is not a keyring (%#)',
  (value) => {
    expect(() => stepsOf(value as never)).toThrow(/Expected a keyring from createKeyring\(\)/)
  },
)

test('apiKeyAuth used as a middleware says what to write', () => {
  expect(() => stepsOf(requestWith(undefined) as never)).toThrow(/auth = apiKeyAuth\(keyring\)/)
  expect(() => stepsOf({ req: {}, res: {} } as never)).toThrow(/auth = apiKeyAuth\(keyring\)/)
})
