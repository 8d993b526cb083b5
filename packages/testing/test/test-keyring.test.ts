import { definePermissions } from '@claviger/core'
import { expect, test } from 'vitest'
import { testKeyring } from '../src/test-keyring.ts'

test('gives a keyring that is ready and a token that works', async () => {
  const { keyring, key, token } = await testKeyring()
  expect(await keyring.verify(token, { permission: 'test:use' })).toMatchObject({ ok: true, apiKey: { id: key.id } })
  await keyring.close()
})

test('gives the same tokens every time, and others for another seed', async () => {
  const [first, second, other] = await Promise.all([testKeyring(), testKeyring(), testKeyring({ seed: 2 })])
  expect(second.token).toBe(first.token)
  expect((await second.issue()).token).toBe((await first.issue()).token)
  expect(other.token).not.toBe(first.token)
})

test('knows the application’s own permissions, owners and rules', async () => {
  const { keyring, token, issue, revoke } = await testKeyring({
    permissions: definePermissions({ prompts: ['read', 'write'] }),
    grants: ['prompts:read'],
    workspaceId: 'ws_acme',
    environment: 'production',
    keyring: { prefix: 'acme', resolveOwner: ({ owner }) => (owner.id === 'gone' ? null : ['prompts:*']) },
  })
  expect(token).toMatch(/^acme_production_/)
  expect(await keyring.verify(token, { permission: 'prompts:write' })).toMatchObject({
    code: 'insufficient_permission',
  })
  const writer = await issue({ permissions: ['prompts:write'], environment: 'ci' })
  expect(await keyring.verify(writer.token, { permission: 'prompts:write', environment: ['ci'] })).toMatchObject({
    ok: true,
  })
  const orphan = await issue({ owner: { type: 'user', id: 'gone' } })
  expect(await keyring.verify(orphan.token)).toMatchObject({ code: 'owner_gone' })
  const stranger = await issue({ workspaceId: 'ws_globex' })
  expect(await keyring.verify(stranger.token, { workspaceId: 'ws_acme' })).toMatchObject({ code: 'wrong_workspace' })
  await revoke()
  expect(await keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
  await revoke(stranger.key)
  expect(await keyring.verify(stranger.token)).toMatchObject({ code: 'key_revoked' })
})
