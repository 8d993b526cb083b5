import { definePermissions, type KeyStore } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import { testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { authorizeWithApiKey } from '../src/index.ts'
import { admit } from '../src/web/admission.ts'

const permissions = definePermissions({ prompts: ['read', 'write'], admin: ['api'] })

const asked = (headers: Record<string, string>) => ({
  request: new Request('http://api.test/keys', { headers }),
  native: undefined,
})
const bearer = (token: string) => asked({ Authorization: `Bearer ${token}` })

describe('a key as an authorizer', () => {
  test('makes an actor that is bounded by the key, at each call', async () => {
    const { keyring, issue, revoke } = await testKeyring({ permissions })
    const { key, token } = await issue({ permissions: ['prompts:read', 'keys:manage'] })
    const admission = await admit(
      { keyring, authorize: authorizeWithApiKey(keyring), report: () => {} },
      bearer(token),
      'req_1',
    )
    if (!admission.ok) throw new Error(admission.problem.code)
    expect(admission.actor).toMatchObject({ type: 'key', id: key.id, workspaceId: 'ws_test' })
    const { keys } = admission
    const made = await keys.create({ name: 'CI', environment: 'development', permissions: ['prompts:read'] })
    expect(made.key.owner).toEqual({ type: 'user', id: 'test' })
    await expect(
      keys.create({ name: 'More', environment: 'development', permissions: ['prompts:write'] }),
    ).rejects.toMatchObject({ code: 'ERR_CLAVIGER_PERMISSION_CEILING' })
    await expect(keys.create({ name: 'Live', environment: 'production' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
    })
    await revoke(key)
    await expect(keys.list()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
  })

  test('knows no one without a good key, and says so in the same way', async () => {
    const { keyring, issue, revoke } = await testKeyring({ permissions })
    const authorize = authorizeWithApiKey(keyring)
    const { key, token } = await issue({ permissions: ['keys:manage'] })
    await revoke(key)
    for (const headers of [{}, { Authorization: 'Bearer nonsense' }, { Authorization: `Bearer ${token}` }]) {
      expect(await authorize(asked(headers))).toBeNull()
    }
  })

  test('refuses a key without the permission with 403, and wildcards do not grant it', async () => {
    const { keyring, issue } = await testKeyring({ permissions })
    const { token } = await issue({ permissions: ['*:*'] })
    const authorize = authorizeWithApiKey(keyring)
    await expect(authorize(bearer(token))).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
    const admission = await admit({ keyring, authorize, report: () => {} }, bearer(token), 'req_1')
    expect(admission).toMatchObject({ ok: false, problem: { status: 403, code: 'forbidden' } })
    expect(await authorizeWithApiKey(keyring, { permission: 'admin:api' })(bearer(token))).toMatchObject({
      type: 'key',
    })
  })

  test('reads the header that the host names, and gives the actor what it may', async () => {
    const { keyring, issue } = await testKeyring({ permissions })
    const { token } = await issue({ permissions: ['keys:manage'] })
    const authorize = authorizeWithApiKey(keyring, { header: 'X-API-Key', can: { listAll: true, revoke: false } })
    expect(await authorize(asked({ 'X-API-Key': token }))).toMatchObject({ can: { listAll: true, revoke: false } })
  })

  test('an outage is no refusal', async () => {
    const store = memoryStore()
    let isDown = false
    const failing: KeyStore = {
      ...store,
      find: (ids) => (isDown ? Promise.reject(new Error('down')) : store.find(ids)),
    }
    const { keyring, issue } = await testKeyring({ permissions, keyring: { store: failing } })
    const { token } = await issue({ permissions: ['keys:manage'] })
    isDown = true
    const admission = await admit(
      { keyring, authorize: authorizeWithApiKey(keyring), report: () => {} },
      bearer(token),
      'r',
    )
    expect(admission).toMatchObject({ ok: false, problem: { status: 503 } })
  })

  test('what is not declared, or misspelt, is refused at once', async () => {
    const { keyring } = await testKeyring({ permissions })
    expect(() => authorizeWithApiKey(keyring, { permission: 'admin:apo' as never })).toThrow('admin:apo')
    expect(() => authorizeWithApiKey(keyring, { headr: 'x' } as never)).toThrow('did you mean "header"?')
    expect(() => authorizeWithApiKey({} as never)).toThrow('keyring')
  })
})
