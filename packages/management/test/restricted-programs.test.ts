import { definePermissions } from '@claviger/core'
import { testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { authorizeWithApiKey, introspection, keyHolderApi, managementApi } from '../src/index.ts'

const permissions = definePermissions({ prompts: ['read'] })

async function limited() {
  const made = await testKeyring({ permissions, grants: ['*:*', 'keys:manage'], keyring: { resources: ['project'] } })
  const { token } = await made.issue({
    permissions: ['*:*', 'keys:manage'],
    allowedAddresses: ['203.0.113.0/24'],
    resources: { project: ['p1'] },
  })
  return { ...made, token }
}

describe('introspection of a limited key', () => {
  test.each(['203.0.113.9', '198.51.100.1', undefined])(
    'goes by the address that the service tells: %s',
    async (address) => {
      const { keyring, token } = await limited()
      const handler = introspection({ keyring, authorize: () => ({ anyWorkspace: true }) })
      const body = new URLSearchParams({ token, ...(address !== undefined && { address }) })
      for (const sent of [body, JSON.stringify(Object.fromEntries(body))]) {
        const headers = typeof sent === 'string' ? { 'Content-Type': 'application/json' } : {}
        const response = await handler.fetch(
          new Request('http://api.test/introspect', { method: 'POST', headers, body: sent }),
        )
        const answer = await response.json()
        if (address === '203.0.113.9') expect(answer).toMatchObject({ active: true, resources: { project: ['p1'] } })
        else expect(answer).toEqual({ active: false })
      }
    },
  )

  test('takes one address, as text', async () => {
    const { keyring, token } = await limited()
    const handler = introspection({ keyring, authorize: () => ({ anyWorkspace: true }) })
    const ask = async (body: string, type: string): Promise<number> => {
      const headers = { 'Content-Type': type }
      return (await handler.fetch(new Request('http://api.test/introspect', { method: 'POST', headers, body }))).status
    }
    expect(await ask(`token=${token}&address=1.1.1.1&address=2.2.2.2`, 'application/x-www-form-urlencoded')).toBe(422)
    expect(await ask(JSON.stringify({ token, address: 7 }), 'application/json')).toBe(422)
  })
})

describe('a limited key that asks about itself, or manages keys', () => {
  const native = (ip: string | undefined) => ({ native: { ip } })
  const clientAddress = ({ native: req }: { readonly native: unknown }): string | undefined =>
    (req as { ip?: string }).ip

  test('is heard from its addresses only, which the host tells', async () => {
    const { keyring, token } = await limited()
    const request = () => new Request('http://api.test/self', { headers: { Authorization: `Bearer ${token}` } })
    const handler = keyHolderApi({ keyring, clientAddress })
    const answer = await handler.fetch(request(), native('203.0.113.9'))
    expect([answer.status, await answer.json()]).toMatchObject([200, { resources: { project: ['p1'] } }])
    expect((await handler.fetch(request(), native('198.51.100.1'))).status).toBe(403)
    expect((await handler.fetch(request(), native(undefined))).status).toBe(403)
    expect((await keyHolderApi({ keyring }).fetch(request(), native('203.0.113.9'))).status).toBe(403)
  })

  test('is ended by its holder from any address, also one that is not known, however the key was sent', async () => {
    const ways: readonly (readonly [sent: (token: string) => Record<string, string>, from: string | undefined])[] = [
      [(token) => ({ Authorization: `Bearer ${token}` }), '198.51.100.1'],
      [(token) => ({ Authorization: `bearer  ${token}` }), undefined],
      [(token) => ({ 'X-Own-Key': token, Authorization: 'Basic dXNlcjpwYXNz' }), '198.51.100.1'],
    ]
    for (const [sent, from] of ways) {
      const { keyring, token } = await limited()
      const handler = keyHolderApi({ keyring, clientAddress, header: 'X-Own-Key' })
      const ask = (method: string): Promise<Response> =>
        handler.fetch(new Request('http://api.test/self', { method, headers: sent(token) }), native(from))
      expect((await ask('GET')).status).toBe(403)
      const ended = await ask('DELETE')
      expect([ended.status, await ended.json()]).toMatchObject([200, { object: 'self', status: 'revoked' }])
      expect(await keyring.verify(token, { address: '203.0.113.9' })).toMatchObject({ code: 'key_revoked' })
      expect((await ask('DELETE')).status).toBe(401)
    }
  })

  test('is not ended by a token that is not its own', async () => {
    const { keyring, token } = await limited()
    const handler = keyHolderApi({ keyring, clientAddress })
    const wrong = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`
    const request = new Request('http://api.test/self', {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${wrong}` },
    })
    expect((await handler.fetch(request, native('198.51.100.1'))).status).toBe(401)
    expect(await keyring.verify(token, { address: '203.0.113.9' })).toMatchObject({ ok: true })
  })

  test('manages keys from its addresses only', async () => {
    const { keyring, token } = await limited()
    const api = managementApi({ keyring, authorize: authorizeWithApiKey(keyring, { clientAddress }) })
    const ask = async (ip: string): Promise<number> => {
      const request = new Request('http://api.test/keys', { headers: { Authorization: `Bearer ${token}` } })
      return (await api.fetch(request, native(ip))).status
    }
    expect(await ask('203.0.113.9')).toBe(200)
    expect(await ask('198.51.100.1')).toBe(403)
  })

  test('refuses an option that is not a function', async () => {
    const { keyring } = await limited()
    const wrong = { clientAddress: 'ip' } as never
    expect(() => keyHolderApi({ keyring, ...(wrong as object) })).toThrow('Expected clientAddress to be a function.')
    expect(() => authorizeWithApiKey(keyring, wrong)).toThrow('Expected clientAddress to be a function.')
  })
})
