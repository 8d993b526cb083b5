import { channel } from 'node:diagnostics_channel'
import { describe, expect, test, vi } from 'vitest'
import { argon2id } from '../../src/index.ts'
import { unknown } from '../support/foreign-tokens.ts'
import { hashesDuring } from '../support/hashes-during.ts'
import { ada, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

// The real library, with its calls counted.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, verify: vi.fn(library.verify) }
})

describe('a key that is in good state', () => {
  test('a token that cannot be one costs no store access', async () => {
    const { keyring, store } = setUp()
    await keyring.ready()
    for (const text of [
      '',
      'acme',
      'ghp_0123456789',
      `${unknown()}x`,
      unknown().slice(0, -1),
      42,
      null,
      undefined,
      {},
    ]) {
      expect(await keyring.verify(text)).toMatchObject({ ok: false, code: 'malformed_key' })
    }
    expect(store.calls.find).toBeUndefined()
  })

  test('is accepted, and shows neither token nor hash', async () => {
    const { create, keyring } = setUp()
    const { key, token } = await create({ metadata: { team: 'search' } })
    const verification = await keyring.verify(token)
    expect(verification).toMatchObject({
      ok: true,
      endsAt: null,
      apiKey: {
        id: key.id,
        workspaceId: 'ws_acme',
        name: 'Production',
        environment: 'production',
        permissions: ['prompts:read', 'prompts:list', 'context:download'],
        owner: ada,
        secretVersion: 1,
        metadata: { team: 'search' },
        expiresAt: null,
      },
    })
    expect(JSON.stringify(verification)).not.toContain(token.slice(20))
    expect(JSON.stringify(verification)).not.toMatch(/hmac|tag|hash/)
  })

  test('a second use asks no one: no store call, no hash, the same verification in the same tick', async () => {
    let asked = 0
    const { create, keyring, store } = setUp({
      resolveOwner: () => {
        asked += 1
        return ['*:*']
      },
    })
    const { token } = await create()
    const first = await doorTo(keyring).check('bearer', `Bearer ${token}`)
    const before = { ...store.calls }
    expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toBe(first)
    expect(await doorTo(keyring).check('bearer', `Bearer ${token}`)).toBe(first)
    expect(store.calls).toEqual(before)
    expect(asked).toBe(1)
  })

  test('1 000 concurrent uses of one cold key are one find, one owner look-up and at most one argon2', async () => {
    let asked = 0
    const resolveOwner = (): string[] => {
      asked += 1
      return ['*:*']
    }
    const { create, keyring, store } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }), resolveOwner })
    const { token } = await create()
    const hashes = await hashesDuring(async () => {
      const verifications = await Promise.all(Array.from({ length: 1_000 }, () => keyring.verify(token)))
      expect(verifications.every(({ ok }) => ok)).toBe(true)
    })
    expect(hashes).toBe(1)
    expect(store.calls.find).toBe(1)
    expect(asked).toBe(1)
  })

  test('the misses of one tick are one find', async () => {
    const { create, keyring, store } = setUp()
    const tokens: string[] = []
    for (let index = 0; index < 50; index += 1) tokens.push((await create()).token)
    await Promise.all(tokens.map((token) => keyring.verify(token)))
    expect(store.calls.find).toBe(1)
  })

  test('a record that cannot even be looked at fails its own caller as an outage, and no one else of the batch', async () => {
    const { create, keyring, store } = setUp()
    const [good, odd] = [await create(), await create()]
    const { find } = store
    store.find = async (ids) => {
      const found = new Map(await find(ids))
      const lazy = Object.defineProperty({}, 'id', {
        get() {
          throw new TypeError('not loaded')
        },
      })
      return found.set(odd.key.id, lazy as never)
    }
    const [first, second] = await Promise.allSettled([keyring.verify(good.token), keyring.verify(odd.token)])
    expect(first).toMatchObject({ status: 'fulfilled', value: { ok: true } })
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' },
    })
  })

  test('what a handler does to its copy reaches no one else', async () => {
    const { create, keyring } = setUp()
    const { token } = await create({ expiresAt: new Date(Date.UTC(2026, 0, 1)) })
    const first = await keyring.verify(token)
    if (!first.ok) throw new Error('unreachable')
    expect(() => (first.apiKey.permissions as string[]).push('keys:manage')).toThrow(TypeError)
    expect(() => Object.assign(first.apiKey.owner, { id: 'eve' })).toThrow(TypeError)
    first.apiKey.expiresAt?.setTime(0)
    expect(first.apiKey.expiresAt).toEqual(new Date(Date.UTC(2026, 0, 1)))
  })

  test('no spelling and no carrier lends another its verification', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    await doorTo(keyring).check('bearer', `Bearer ${token}`)
    expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toMatchObject({ ok: true })
    expect(doorTo(keyring).recall('bearer', `bearer ${token}`)).toBeUndefined()
    expect(doorTo(keyring).recall('bearer', token)).toBeUndefined()
    expect(doorTo(keyring).recall('header', token)).toBeUndefined()
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(doorTo(keyring).recall('header', `Bearer ${token}`)).toBeUndefined()
  })

  test('another carrier of a proven token needs no second hash', async () => {
    const { create, keyring, store } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }) })
    const { token } = await create()
    await doorTo(keyring).check('bearer', `Bearer ${token}`)
    expect(await hashesDuring(async () => doorTo(keyring).check('header', token))).toBe(0)
    expect(store.calls.find).toBe(2)
  })
})

describe('a key in another state', () => {
  test('with its secret proven, the state is told, and remembered', async () => {
    const { create, keyring, keys, clock, store } = setUp()
    const dead = await create()
    const late = await create({ expiresAt: new Date(clock.now() + 500) })
    await keys.revoke(dead.key.id)
    await clock.advanceAsync(500)
    expect(await keyring.verify(dead.token)).toEqual({ ok: false, code: 'key_revoked', keyId: dead.key.id })
    expect(await keyring.verify(late.token)).toEqual({ ok: false, code: 'key_expired', keyId: late.key.id })
    const before = store.calls.find
    for (let index = 0; index < 10; index += 1) {
      await keyring.verify(dead.token)
      await keyring.verify(late.token)
    }
    expect(store.calls.find).toBe(before)
  })

  test('expiry is exact, whatever is cached', async () => {
    const { create, keyring, clock } = setUp()
    const { token } = await create({ expiresAt: new Date(clock.now() + 3_000) })
    await keyring.verify(token)
    await clock.advanceAsync(2_999)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    clock.advance(1)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_expired' })
  })

  test('a verification says when its token ends', async () => {
    const { create, keyring, clock } = setUp()
    const expiresAt = clock.now() + 20 * 86_400_000
    const { token } = await create({ expiresAt: new Date(expiresAt) })
    expect(await keyring.verify(token)).toMatchObject({ ok: true, endsAt: expiresAt })
  })
})

describe('what a use asks of the key', () => {
  test('workspace, environment and permissions are judged in this order', async () => {
    const { create, keyring } = setUp({ resolveOwner: () => ['prompts:*'] })
    const { token } = await create({ permissions: ['prompts:read', 'context:download'] })
    const code = async (context: object): Promise<string> => {
      const verification = await keyring.verify(token, context)
      return verification.ok ? 'ok' : verification.code
    }
    expect(await code({ workspaceId: 'ws_acme', environment: ['production'], permission: 'prompts:read' })).toBe('ok')
    expect(await code({ workspaceId: 'ws_globex', environment: ['ci'], permission: 'prompts:write' })).toBe(
      'wrong_workspace',
    )
    expect(await code({ environment: ['ci', 'staging'], permission: 'prompts:write' })).toBe('wrong_environment')
    expect(await code({ permission: 'prompts:write' })).toBe('insufficient_permission')
    expect(await code({ permission: 'context:download' })).toBe('owner_lacks_permission')
    expect(await code({ permissions: ['prompts:read', 'prompts:write'] })).toBe('insufficient_permission')
    expect(await code({ anyPermission: ['prompts:write', 'prompts:read'] })).toBe('ok')
    expect(await code({ anyPermission: ['prompts:write', 'context:download'] })).toBe('owner_lacks_permission')
  })

  test('an owner who may do everything lends the key nothing', async () => {
    const { create, keyring } = setUp({ resolveOwner: () => ['*:*'] })
    const { token } = await create({ permissions: ['prompts:read'] })
    expect(await keyring.verify(token, { permission: 'prompts:write' })).toMatchObject({
      code: 'insufficient_permission',
    })
  })

  test('a verified key stays what it was when it was verified; the next use is judged again', async () => {
    let grants = ['prompts:read']
    const { create, keyring } = setUp({ resolveOwner: () => grants })
    const { token } = await create()
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error('unreachable')
    grants = []
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    expect(keyring.authorize(verification.apiKey, { permissions: ['prompts:read'] })).toBeUndefined()
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({
      code: 'owner_lacks_permission',
    })
  })

  test('a requirement that cannot be meant is an error, not a verification', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    for (const context of [
      { permission: 'prompts:raed' },
      { anyPermission: [] },
      { environment: ['prod'] },
    ] as never[]) {
      await expect(keyring.verify(token, context)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION' })
    }
  })

  test('a refusal names what was asked for, never what the key holds', async () => {
    const { create, keyring } = setUp()
    const { key, token } = await create({ permissions: ['prompts:read'] })
    expect(await keyring.verify(token, { permission: 'context:download' })).toEqual({
      ok: false,
      code: 'insufficient_permission',
      keyId: key.id,
      requiredPermissions: ['context:download'],
    })
  })
})

describe('what operators can watch', () => {
  test('every verification that asked the store is published, without a token', async () => {
    const seen: unknown[] = []
    const note = (message: unknown): void => void seen.push(message)
    const { create, keyring, keys } = setUp()
    const { key, token } = await create()
    channel('claviger:verify').subscribe(note)
    await keyring.verify(token)
    await keyring.verify(token)
    await keyring.verify(unknown())
    await keys.revoke(key.id)
    await keyring.verify(token)
    channel('claviger:verify').unsubscribe(note)
    expect(seen).toEqual([
      { ok: true, keyId: key.id },
      { ok: false, code: 'invalid_key', keyId: undefined },
      { ok: false, code: 'key_revoked', keyId: key.id },
    ])
    expect(JSON.stringify(seen)).not.toContain(token.slice(-49))
  })

  test('an argon2 that fails is an outage of the hasher, not a wrong key', async () => {
    const { create, keyring } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }) })
    const { token } = await create()
    const { verify } = await import('@node-rs/argon2')
    vi.mocked(verify).mockRejectedValueOnce(new Error('binding not found'))
    await expect(keyring.verify(token)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      dependency: 'hasher',
      cause: { message: 'binding not found' },
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })
})
