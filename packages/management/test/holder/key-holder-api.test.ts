import { definePermissions, type KeyStore, UnavailableError } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import { testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { keyHolderApi } from '../../src/index.ts'

const permissions = definePermissions({ prompts: ['read', 'write'] })

const made = () => testKeyring({ permissions, grants: ['prompts:read'], workspaceId: 'ws_acme' })

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

const ask = (method: string, headers: Record<string, string>, body?: string, path = '/self') =>
  new Request(`http://api.test${path}`, { method, headers, ...(body !== undefined && { body }) })

const json = { 'Content-Type': 'application/json' }

describe('GET /self', () => {
  test('tells the holder of a key what it is, and nothing that is not theirs', async () => {
    const { keyring, issue } = await made()
    const { key, token } = await issue({
      name: 'CI',
      metadata: { plan: 'internal note' },
      permissions: ['prompts:read'],
    })
    const response = await keyHolderApi({ keyring }).fetch(ask('GET', bearer(token)))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      object: 'self',
      id: key.id,
      name: 'CI',
      workspaceId: 'ws_acme',
      environment: 'development',
      owner: { type: 'user', id: 'test' },
      permissions: ['prompts:read'],
      resources: {},
      secretVersion: 1,
      expiresAt: null,
      secretEndsAt: null,
    })
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(response.headers.get('vary')).toBe('Authorization, X-API-Key')
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
  })

  test('says when the previous secret of a rotation ends', async () => {
    const { keyring, issue } = await made()
    const { key, token } = await issue()
    await keyring.as(ada).rotate(key.id, { overlap: '1h' })
    const response = await keyHolderApi({ keyring }).fetch(ask('GET', bearer(token)))
    const self = (await response.json()) as { secretVersion: number; secretEndsAt: string }
    expect(self.secretVersion).toBe(1)
    expect(Date.parse(self.secretEndsAt)).toBeGreaterThan(Date.now())
    expect(response.headers.get('api-key-expires')).not.toBeNull()
  })

  test('is open to a key without any permission', async () => {
    const { keyring, issue } = await made()
    const { token } = await issue({ permissions: [] })
    const response = await keyHolderApi({ keyring }).fetch(ask('GET', bearer(token)))
    expect([response.status, ((await response.json()) as { permissions: unknown }).permissions]).toEqual([200, []])
  })

  test.each([
    ['no key', {}, 401, 'missing_credentials'],
    ['a key that is cut off', { Authorization: 'Bearer test_development_abc' }, 401, 'malformed_key'],
    ['another scheme', { Authorization: 'Basic YTpi' }, 401, 'missing_credentials'],
  ])('refuses %s as the API itself does', async (_what, headers, status, code) => {
    const { keyring } = await made()
    const response = await keyHolderApi({ keyring }).fetch(ask('GET', headers))
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code])
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="api"/)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('refuses a key in the URL, and one in two headers', async () => {
    const { keyring, token } = await made()
    const api = keyHolderApi({ keyring, header: 'X-API-Key' })
    const inUrl = await api.fetch(ask('GET', bearer(token), undefined, `/self?key=${token}`))
    expect([inUrl.status, ((await inUrl.json()) as { code: string }).code]).toEqual([400, 'credential_in_url'])
    expect((await api.fetch(ask('GET', { 'X-API-Key': token }))).status).toBe(200)
    expect((await api.fetch(ask('GET', { ...bearer(token), 'X-API-Key': token }))).status).toBe(400)
  })

  test('an outage is 503, and never 401', async () => {
    const store = memoryStore()
    let isDown = false
    const failing: KeyStore = {
      ...store,
      find: (ids) => (isDown ? Promise.reject(new UnavailableError('store', 'down')) : store.find(ids)),
    }
    const { keyring, issue } = await testKeyring({ permissions, keyring: { store: failing } })
    const { token } = await issue()
    isDown = true
    expect((await keyHolderApi({ keyring }).fetch(ask('GET', bearer(token)))).status).toBe(503)
  })
})

const ada = { type: 'user', id: 'test', workspaceId: 'ws_acme', permissions: ['*:*'] } as const

describe('DELETE /self', () => {
  test('revokes a key without any permission, permanently', async () => {
    const { keyring, issue } = await made()
    const { key, token } = await issue({ permissions: [] })
    const api = keyHolderApi({ keyring })
    const response = await api.fetch(ask('DELETE', bearer(token)))
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ object: 'self', id: key.id, status: 'revoked' })
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    const again = await api.fetch(ask('DELETE', bearer(token)))
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([401, 'key_revoked'])
  })

  test('keeps the reason, without a token in it, and by whom', async () => {
    const { keyring, issue } = await made()
    const { key, token } = await issue()
    const body = JSON.stringify({ reason: `found ${token} in a log` })
    expect((await keyHolderApi({ keyring }).fetch(ask('DELETE', { ...bearer(token), ...json }, body))).status).toBe(200)
    const { revokedReason } = await keyring.as(ada).get(key.id)
    expect(revokedReason).toMatch(/^found .* in a log$/)
    expect(revokedReason).not.toContain(token.slice(-40))
    const { items } = await keyring.as({ ...ada, can: { listAll: true } }).activity({ keyId: key.id })
    expect(items.find(({ action }) => action === 'key.revoked')?.actor).toMatchObject({ type: 'key', id: key.id })
  })

  test.each([
    ['no JSON', json, 'reason', 400],
    ['another field', json, '{"id":"abc"}', 422],
    ['a reason that is not text', json, '{"reason":1}', 422],
    ['a reason that is too long', json, JSON.stringify({ reason: 'x'.repeat(501) }), 422],
    ['a body that is too long', json, JSON.stringify({ reason: 'x'.repeat(9_000) }), 413],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 'reason=x', 415],
  ])('refuses %s, and revokes nothing', async (_what, headers, body, status) => {
    const { keyring, token } = await made()
    const response = await keyHolderApi({ keyring }).fetch(ask('DELETE', { ...bearer(token), ...headers }, body))
    expect(response.status).toBe(status)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('other methods and paths are none of it', async () => {
    const { keyring, token } = await made()
    const api = keyHolderApi({ keyring })
    const post = await api.fetch(ask('POST', bearer(token), ''))
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, DELETE'])
    expect((await api.fetch(ask('GET', bearer(token), undefined, '/'))).status).toBe(200)
    expect((await api.fetch(ask('GET', bearer(token), undefined, '/keys'))).status).toBe(404)
    expect((await api.fetch(ask('HEAD', bearer(token)))).status).toBe(200)
  })
})

test('what is wrong with the options is said at once', async () => {
  const { keyring } = await made()
  expect(() => keyHolderApi({ keyring: {} as never })).toThrow('keyHolderApi needs a keyring')
  expect(() => keyHolderApi({ keyring, headr: 'X-API-Key' } as never)).toThrow('did you mean "header"?')
  expect(() => keyHolderApi({ keyring, onError: 1 as never })).toThrow('Expected onError to be a function')
})
