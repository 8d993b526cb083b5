import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import {
  createKeyring,
  ConfigurationError,
  definePermissions,
  ForbiddenError,
  KeyNotFoundError,
  NotSupportedError,
} from '../../../src/index.ts'
import type { KeyStore } from '../../../src/store/store.ts'
import { doorTo } from '../../support/door.ts'
import { type SetUp, setUp } from '../../support/set-up.ts'

const keeping = (more: object = {}): SetUp => setUp({ usage: { callers: true }, ...more })

/** What the keyring says of the callers of a key, without the time. */
const said = async ({ keyring, keys }: SetUp, id: string) => {
  await keyring.flush()
  return (await keys.callers(id)).map(({ version, network, agent }) => [version, network, agent])
}

describe('keys.callers', () => {
  test('says who used which secret of a key, the latest first', async () => {
    const made = keeping()
    const { keyring, keys, create, clock } = made
    const { key, token } = await create()
    const rotated = await keys.rotate(key.id, { overlap: '1d' })
    await keyring.verify(rotated.token, { address: '198.51.100.7' })
    await clock.advanceAsync(1_000)
    await keyring.verify(token, { address: '2001:db8:1:2::3' })
    expect(await said(made, key.id)).toEqual([
      [1, '2001:db8:1::/48', null],
      [2, '198.51.0.0/16', null],
    ])
    const [latest] = await keys.callers(key.id)
    expect(latest?.lastUsedAt).toEqual(new Date(clock.now()))
  })

  test('gives dates that are not shared', async () => {
    const { keyring, keys, create } = keeping()
    const { key, token } = await create()
    await keyring.verify(token)
    await keyring.flush()
    const [caller] = await keys.callers(key.id)
    caller?.lastUsedAt.setTime(0)
    expect((await keys.callers(key.id))[0]?.lastUsedAt.getTime()).not.toBe(0)
  })

  test('needs the right to see usage', async () => {
    const { keyring, create } = keeping()
    const { key } = await create()
    const blind = keyring.as({
      type: 'user',
      id: 'ada',
      workspaceId: 'ws_acme',
      permissions: ['*:*'],
      can: { viewUsage: false },
    })
    await expect(blind.callers(key.id)).rejects.toThrow(ForbiddenError)
  })

  test('knows no keys that the actor does not see', async () => {
    const { keyring, create, keys } = keeping()
    const { key, token } = await create()
    await keyring.verify(token)
    for (const [id, workspaceId] of [
      ['bob', 'ws_acme'],
      ['ada', 'ws_globex'],
    ] as const) {
      const other = keyring.as({ type: 'user', id, workspaceId, permissions: ['*:*'] })
      await expect(other.callers(key.id)).rejects.toThrow(KeyNotFoundError)
    }
    await expect(keys.callers('0000000000000000')).rejects.toThrow(KeyNotFoundError)
  })

  test('is empty where callers are not kept, and not supported by a store that cannot keep them', async () => {
    const off = setUp()
    const { key, token } = await off.create()
    await off.keyring.verify(token, { address: '203.0.113.7' })
    expect(await said(off, key.id)).toEqual([])
    const { callers: _, ...store } = memoryStore()
    const without = keeping({ on: store as KeyStore })
    const made = await without.create()
    await expect(without.keys.callers(made.key.id)).rejects.toThrow(NotSupportedError)
  })
})

describe('a direct verify', () => {
  test('notes the network of the address it was given, and a caller of which nothing is known without one', async () => {
    const made = keeping()
    const { keyring, create } = made
    const { key, token } = await create()
    await keyring.verify(token)
    await keyring.verify(token, { address: '::ffff:203.0.113.7', permission: 'prompts:read' })
    await keyring.verify(token, { address: 'nowhere' })
    expect(new Set(await said(made, key.id))).toEqual(
      new Set([
        [1, null, null],
        [1, '203.0.0.0/16', null],
      ]),
    )
  })

  test('notes who tries a key that is refused, for its state, its addresses, or what it lacks', async () => {
    const made = keeping()
    const { keyring, keys, create } = made
    const revoked = await create()
    await keys.revoke(revoked.key.id)
    const disabled = await create()
    await keys.disable(disabled.key.id)
    const limited = await create({ allowedAddresses: ['198.51.100.0/24'] })
    const poor = await create({ permissions: ['prompts:read'] })
    for (const { token } of [revoked, disabled, limited, poor]) {
      await keyring.verify(token, { address: '203.0.113.7', permission: 'prompts:write' })
    }
    for (const { key } of [revoked, disabled, limited, poor]) {
      expect(await said(made, key.id)).toEqual([[1, '203.0.0.0/16', null]])
    }
  })

  test('notes no one who knows an id and not the secret', async () => {
    const made = keeping()
    const { keyring, create } = made
    const { key, token } = await create()
    const { formatToken } = await import('../../../src/token/token.ts')
    const wrong = formatToken({ prefix: 'acme', environment: 'production', id: key.id, secret: 'x'.repeat(43) })
    for (const text of [wrong, token.slice(0, -1), `${token}x`, key.id]) {
      await keyring.verify(text, { address: '203.0.113.7' })
    }
    expect(await said(made, key.id)).toEqual([])
  })
})

describe('the option usage.callers', () => {
  const permissions = definePermissions({ prompts: ['read'] })
  const settings = { prefix: 'acme', permissions, owners: 'unbounded' } as const

  test.each([1, 'true', null, {}, []])('is true or false, and nothing else: %j', (callers) => {
    const usage = { callers } as unknown as { callers: boolean }
    const make = (): unknown => createKeyring({ ...settings, store: memoryStore(), usage })
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(/usage\.callers/)
  })

  test('is off by default, and then the door has nothing to note callers with', () => {
    for (const usage of [undefined, {}, { callers: false }, { callers: undefined }, false] as const) {
      const keyring = createKeyring({ ...settings, store: memoryStore(), usage })
      expect(doorTo(keyring).noteCaller).toBeUndefined()
      expect(keyring.guarantees()).toMatchObject({ callers: false })
      expect(keyring.guarantees().limits.join()).not.toContain('allers')
    }
  })

  test('is told by guarantees, with what the store lacks for it', () => {
    const of = (store: KeyStore) => createKeyring({ ...settings, store, usage: { callers: true } }).guarantees()
    const complete = memoryStore()
    expect(of(complete)).toMatchObject({ callers: true, limits: [] })
    for (const name of ['addCallers', 'callers', 'addUsage', 'usage'] as const) {
      const store: KeyStore = { ...complete, [name]: undefined }
      const { callers, limits } = of(store)
      expect(callers).toBe(false)
      expect(limits.filter((limit) => limit.includes('usage.callers'))).toEqual([expect.stringContaining(name)])
      const keyring = createKeyring({ ...settings, store, usage: { callers: true } })
      expect(doorTo(keyring).noteCaller).toBeUndefined()
    }
  })
})
