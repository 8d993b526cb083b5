import { keyActor, type Keyring } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { conforming } from './contract/conformance.ts'
import { type Send, type World, world } from './support/world.ts'

/** An API whose callers are API keys. */
async function keysManageKeys(): Promise<World & { readonly ask: (token: string) => Send }> {
  let keyring: Keyring | undefined
  const given = await world({
    authorize: async ({ request }) => {
      const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
      const verification = await keyring?.verify(token)
      return verification?.ok === true ? keyActor(verification.apiKey) : null
    },
  })
  keyring = given.keyring
  const send = conforming(given.send)
  return {
    ...given,
    ask: (token) => (ask) => send({ ...ask, headers: { ...ask.headers, authorization: `Bearer ${token}` } }),
  }
}

const named = { name: 'X', environment: 'production' }

describe('a key that manages keys', () => {
  test('needs keys:manage; without it, it may end itself and nothing else', async () => {
    const { make, ask, keyring } = await keysManageKeys()
    const { key, token } = await make({ permissions: ['*:*'] })
    const other = await make()
    const send = ask(token)
    for (const each of [
      { method: 'POST', path: '/keys', body: named },
      { method: 'GET', path: '/keys' },
      { method: 'POST', path: `/keys/${other.key.id}/rotate` },
      { method: 'DELETE', path: `/keys/${other.key.id}` },
    ]) {
      expect(await send(each)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    }
    expect(await send({ method: 'DELETE', path: `/keys/${key.id}` })).toMatchObject({
      status: 200,
      body: { status: 'revoked' },
    })
    expect(await send({ method: 'GET', path: '/whoami' })).toMatchObject({ status: 401 })
    expect(await keyring.verify(other.token)).toMatchObject({ ok: true })
  })

  test('makes no key that outlives it, of another environment, or with more than it holds', async () => {
    const { make, ask } = await keysManageKeys()
    const { key, token } = await make({ permissions: ['prompts:read', 'keys:manage'], expiresIn: '1h' })
    const send = ask(token)
    const end = key.expiresAt?.toISOString()
    expect(await send({ method: 'POST', path: '/keys', body: named })).toMatchObject({
      status: 201,
      body: { key: { expiresAt: end, owner: { id: 'ada' } } },
    })
    expect(await send({ method: 'POST', path: '/keys', body: { ...named, expiresAt: null } })).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: '/expiresAt' }] },
    })
    expect(await send({ method: 'POST', path: '/keys', body: { ...named, environment: 'ci' } })).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: '/environment' }] },
    })
    expect(
      await send({ method: 'POST', path: '/keys', body: { ...named, permissions: ['prompts:delete'] } }),
    ).toMatchObject({ status: 403, body: { code: 'permission_ceiling' } })
    for (const permissions of [null, '*:*']) {
      expect(await send({ method: 'POST', path: '/keys', body: { ...named, permissions } })).toMatchObject({
        status: 422,
      })
    }
    expect(await send({ method: 'POST', path: '/keys', body: { ...named, permissions: [] } })).toMatchObject({
      status: 201,
      body: { key: { permissions: [] } },
    })
  })
})
