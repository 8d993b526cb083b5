import { definePermissions, ForbiddenError, UnavailableError } from '@claviger/core'
import { testClock, testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { authorizeWithApiKey, type HandlerFailure, introspection, type IntrospectionCaller } from '../../src/index.ts'

const permissions = definePermissions({ prompts: ['read', 'write'], tokens: ['introspect'] })
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const json = { 'Content-Type': 'application/json' }
const anywhere = (): IntrospectionCaller => ({ anyWorkspace: true })

const made = () => testKeyring({ permissions, grants: ['prompts:read', 'prompts:write'], workspaceId: 'ws_acme' })

function post(body: string, headers: Record<string, string> = form, path = '/introspect'): Request {
  return new Request(`http://api.test${path}`, { method: 'POST', headers, body })
}

const formOf = (token: string): Request =>
  post(new URLSearchParams({ token, token_type_hint: 'access_token' }).toString())

describe('POST /introspect', () => {
  test('tells what a good token may do, in the words of RFC 7662', async () => {
    const { keyring, issue } = await made()
    const expiresAt = new Date(Date.now() + 86_400_000)
    const { key, token } = await issue({ expiresAt })
    for (const request of [formOf(token), post(JSON.stringify({ token }), json)]) {
      const response = await introspection({ keyring, authorize: anywhere }).fetch(request)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({
        active: true,
        scope: key.permissions.includes('*:*')
          ? 'prompts:read prompts:write tokens:introspect'
          : 'prompts:read prompts:write',
        client_id: key.id,
        token_type: 'Bearer',
        exp: Math.floor(expiresAt.getTime() / 1_000),
        sub: 'test',
        owner_type: 'user',
        workspace_id: 'ws_acme',
        environment: 'development',
        secret_version: 1,
      })
      expect(response.headers.get('cache-control')).toBe('private, no-store')
    }
  })

  test('whatever is not active is the same: status, headers, bytes and time', async () => {
    const clock = testClock()
    const { keyring, issue, revoke } = await testKeyring({ permissions, workspaceId: 'ws_acme', keyring: { clock } })
    const foreign = await issue({ workspaceId: 'ws_other' })
    const revoked = await issue()
    await revoke(revoked.key)
    const good = await issue()
    const unknown = await elsewhereMade()
    const handler = introspection({ keyring, authorize: () => ({ workspaceId: 'ws_acme' }) })
    const answers: unknown[] = []
    for (const token of [unknown, foreign.token, revoked.token, 'malformed', '', `${good.token.slice(0, -1)}!`]) {
      const begun = clock.monotonic()
      const settled: number[] = []
      const asking = handler.fetch(formOf(token)).finally(() => settled.push(clock.monotonic()))
      await clock.advanceAsync(49)
      expect(settled).toEqual([])
      await clock.advanceAsync(1)
      const response = await asking
      response.headers.delete('x-request-id')
      answers.push([(settled[0] ?? 0) - begun, response.status, [...response.headers], await response.text()])
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject([50, 200, expect.anything(), '{"active":false}'])
    expect(await (await handler.fetch(formOf(good.token))).json()).toMatchObject({ active: true })
  })

  test('a service of every workspace sees every workspace', async () => {
    const { keyring, issue } = await made()
    const { token } = await issue({ workspaceId: 'ws_other' })
    const response = await introspection({ keyring, authorize: anywhere }).fetch(formOf(token))
    expect(await response.json()).toMatchObject({ active: true, workspace_id: 'ws_other' })
  })

  test('the end is that of the secret in its overlap', async () => {
    const { keyring, issue } = await made()
    const { key, token } = await issue()
    const owner = { type: 'user', id: 'test', workspaceId: 'ws_acme', permissions: ['*:*'] } as const
    await keyring.as(owner).rotate(key.id, { overlap: '1h' })
    const response = await introspection({ keyring, authorize: anywhere }).fetch(formOf(token))
    const { exp } = (await response.json()) as { exp: number }
    expect(exp * 1_000 - Date.now()).toBeLessThanOrEqual(3_600_000)
  })

  test.each([
    ['a token in the query', post('token=a', form, '/introspect?token=a'), 400, 'credential_in_url'],
    ['no token', post('', form), 422, 'validation_failed'],
    ['two tokens', post('token=a&token=b'), 422, 'validation_failed'],
    ['a token that is not text', post('{"token":1}', json), 422, 'validation_failed'],
    ['JSON with other fields', post('{"token":"a","permission":"b"}', json), 422, 'validation_failed'],
    ['no JSON', post('token', json), 400, 'malformed_request'],
    ['a list', post('["a"]', json), 400, 'malformed_request'],
    ['another type', post('token=a', { 'Content-Type': 'text/plain' }), 415, 'unsupported_media_type'],
    ['a long body', post(`token=${'a'.repeat(20_000)}`), 413, 'payload_too_large'],
    ['another site', post('token=a', { ...form, 'Sec-Fetch-Site': 'cross-site' }), 403, 'cross_origin_request'],
    ['another origin', post('{"token":"a"}', { ...json, Origin: 'https://evil.test' }), 403, 'cross_origin_request'],
  ])('refuses %s', async (_what, request, status, code) => {
    const { keyring } = await made()
    const response = await introspection({ keyring, authorize: anywhere }).fetch(request)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code])
  })

  test('a token in the query is refused also by its form, and GET is not there', async () => {
    const { keyring, token } = await made()
    const handler = introspection({ keyring, authorize: anywhere })
    expect((await handler.fetch(post('token=a', form, `/introspect?t=${token}`))).status).toBe(400)
    expect((await handler.fetch(new Request('http://api.test/introspect'))).status).toBe(405)
  })
})

describe('who may ask', () => {
  test('no one, where the host does not say who', async () => {
    const { keyring } = await made()
    expect(() => introspection({ keyring } as never)).toThrow('introspection needs authorize')
  })

  test.each([
    ['null', () => null, 401],
    ['an actor that lacks a permission', () => Promise.reject(new ForbiddenError('act', 'no')), 403],
    ['an outage', () => Promise.reject(new UnavailableError('store', 'down')), 503],
    ['an error', () => Promise.reject(new Error('no')), 500],
    ['undefined', () => undefined, 500],
    ['true', () => true, 500],
    ['a workspace without a name', () => ({ workspaceId: '' }), 500],
    ['a workspace and all of them', () => ({ workspaceId: 'ws_acme', anyWorkspace: true }), 500],
  ])('%s is never let in', async (_what, authorize, status) => {
    const { keyring, token } = await made()
    const heard: HandlerFailure[] = []
    const onError = (failure: HandlerFailure): void => void heard.push(failure)
    const response = await introspection({ keyring, authorize: authorize as never, onError }).fetch(formOf(token))
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('active')
    expect(heard.length).toBe(status >= 500 ? 1 : 0)
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer realm="introspection"')
  })

  test('a service with a key of the workspace, which sees its own workspace only', async () => {
    const { keyring, issue } = await made()
    const service = await issue({ permissions: ['tokens:introspect'] })
    const asked = await issue()
    const foreign = await issue({ workspaceId: 'ws_other' })
    const handler = introspection({
      keyring,
      authorize: authorizeWithApiKey(keyring, { permission: 'tokens:introspect' }),
    })
    const by = (key: string, token: string): Promise<Response> =>
      handler.fetch(post(`token=${token}`, { ...form, Authorization: `Bearer ${key}` }))
    expect(await (await by(service.token, asked.token)).json()).toMatchObject({ active: true })
    expect(await (await by(service.token, foreign.token)).json()).toEqual({ active: false })
    expect((await by((await issue({ permissions: ['prompts:read'] })).token, asked.token)).status).toBe(403)
    expect((await by('no key', asked.token)).status).toBe(401)
  })

  test('the authorizer cannot use up the body', async () => {
    const { keyring, token } = await made()
    const authorize = async ({ request }: { request: Request }): Promise<IntrospectionCaller> => {
      expect(await request.text()).toBe('')
      return { anyWorkspace: true }
    }
    const response = await introspection({ keyring, authorize }).fetch(formOf(token))
    expect(await response.json()).toMatchObject({ active: true })
  })
})

/** A token of the same form that this keyring does not know. */
async function elsewhereMade(): Promise<string> {
  const { token } = await testKeyring({ permissions, seed: 99 })
  return token
}
