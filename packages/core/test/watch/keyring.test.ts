import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test, vi } from 'vitest'
import { stepsOf } from '../http/keyring.ts'
import {
  ClosedError,
  ConfigurationError,
  type Fault,
  isClavigerError,
  KeyRefusedError,
  type KeyringChange,
} from '../../src/index.ts'
import { fails } from '../support/observed-store.ts'
import { ada, type SetUp, setUp } from '../support/set-up.ts'

async function verified(world: SetUp, token: string) {
  const verification = await world.keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  return verification.apiKey
}

const codeOf = ({ reason }: AbortSignal): unknown => (reason instanceof KeyRefusedError ? reason.refusal.code : reason)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('keyring.watch', () => {
  test.each<[string, string, (world: SetUp, id: string) => Promise<unknown>]>([
    ['revoked', 'key_revoked', ({ keys }, id) => keys.revoke(id)],
    ['disabled', 'key_disabled', ({ keys }, id) => keys.disable(id)],
    ['rotated without an overlap', 'key_rotated', ({ keys }, id) => keys.rotate(id, { overlap: 0 })],
    ['narrowed', 'insufficient_permission', ({ keys }, id) => keys.update(id, { permissions: [] })],
  ])('aborts when the key is %s', async (_, code, change) => {
    const world = setUp()
    const { key, token } = await world.create()
    const signal = world.keyring.watch(await verified(world, token), { permission: 'prompts:read' })
    await turn()
    expect(signal.aborted).toBe(false)
    await change(world, key.id)
    await turn()
    expect(codeOf(signal)).toBe(code)
    await world.keyring.close()
  })

  test('aborts when another process revokes the key', async () => {
    const store = memoryStore()
    const world = setUp({ on: store })
    const other = setUp({ on: store, at: world.clock, seed: 2 })
    const { key, token } = await world.create()
    const signal = world.keyring.watch(await verified(world, token))
    await turn()
    await other.keys.revoke(key.id)
    await world.clock.advanceAsync(1_000)
    await turn()
    expect(codeOf(signal)).toBe('key_revoked')
  })

  test('aborts when the owner is gone, unannounced within the record age', async () => {
    let isThere = true
    const world = setUp({ resolveOwner: () => (isThere ? ['*:*'] : null) })
    const { token } = await world.create()
    const signal = world.keyring.watch(await verified(world, token))
    await turn()
    isThere = false
    await world.clock.advanceAsync(9_000)
    await turn()
    expect(signal.aborted).toBe(false)
    await world.clock.advanceAsync(2_000)
    await turn()
    expect(codeOf(signal)).toBe('owner_gone')
  })

  test('goes on through a rotation whose overlap lets the secret live, and ends with the overlap', async () => {
    const world = setUp()
    const { key, token } = await world.create()
    const signal = world.keyring.watch(await verified(world, token))
    await world.keys.rotate(key.id, { overlap: '1h' })
    await turn()
    expect(signal.aborted).toBe(false)
    for (let minute = 0; minute < 61; minute += 1) {
      await world.clock.advanceAsync(60_000)
      await turn()
    }
    expect(codeOf(signal)).toBe('key_rotated')
  })

  test('ends when the keyring is closed', async () => {
    const world = setUp()
    const { token } = await world.create()
    const signal = world.keyring.watch(await verified(world, token))
    await turn()
    await world.keyring.close()
    expect(signal.reason).toBeInstanceOf(ClosedError)
    expect(world.clock.pending()).toBe(0)
  })

  test.each<[string, unknown, unknown]>([
    ['a key that is a copy', 'copy', {}],
    ['no key', undefined, {}],
    ['an empty requirement', 'ours', { permissions: [] }],
    ['an undeclared permission', 'ours', { permission: 'prompts:raed' }],
    ['an invalid signal', 'ours', { signal: {} }],
    ['an unknown option', 'ours', { until: 5 }],
  ])('refuses %s', async (_, key, options) => {
    const world = setUp()
    const { token } = await world.create()
    const ours = await verified(world, token)
    const given = key === 'ours' ? ours : key === 'copy' ? { ...ours } : key
    expect(() => world.keyring.watch(given as never, options as never)).toThrow(ConfigurationError)
    await world.keyring.close()
  })
})

describe('onChange', () => {
  test('is called for changes by this process and others, with ids only', async () => {
    const store = memoryStore()
    const heard: KeyringChange[] = []
    const world = setUp({ on: store, onChange: (change) => void heard.push(change) })
    const other = setUp({ on: store, at: world.clock, seed: 2 })
    await world.keyring.ready()
    const { key } = await other.create()
    await other.keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await world.clock.advanceAsync(1_000)
    expect(heard).toContainEqual({ type: 'key', id: key.id })
    expect(heard).toContainEqual({ type: 'owner', workspaceId: 'ws_acme', owner: ada })
    heard.length = 0
    await world.keys.revoke(key.id)
    expect(heard).toContainEqual({ type: 'key', id: key.id })
  })

  test('stops nothing when it throws', async () => {
    const faults: Fault[] = []
    const world = setUp({
      onChange: () => {
        throw new Error('listener broke')
      },
      onError: (fault) => void faults.push(fault),
    })
    const { key } = await world.create()
    await expect(world.keys.revoke(key.id)).resolves.toMatchObject({ status: 'revoked' })
    expect(faults.map(({ during }) => during)).toContain('onChange')
  })
})

describe('a keyring whose every answer is 503', () => {
  test.each<[string, Parameters<typeof setUp>[0], (world: SetUp) => void, string]>([
    ['the store fails', {}, ({ store }) => store.before('find', fails), 'connection refused'],
    [
      'resolveOwner throws',
      {
        resolveOwner: () => {
          throw new TypeError("Cannot read properties of undefined (reading 'role')")
        },
      },
      () => {},
      "reading 'role'",
    ],
    [
      'the store is not ready',
      {},
      ({ store }) => store.before('ready', () => Promise.reject(new Error('no such table: claviger_keys'))),
      'no such table',
    ],
  ])('says why on stderr, once, when %s', async (_, options, break_, reason) => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const on = { ...memoryStore(), ready: async () => {} }
    const { token } = await setUp({ on }).create()
    const world = setUp({ ...options, on })
    break_(world)
    const { decide: authenticate } = stepsOf(world.keyring).authenticate()
    const request = () => ({ method: 'GET', url: '/', rawHeaders: ['Authorization', `Bearer ${token}`] })
    for (let index = 0; index < 3; index += 1) {
      const decision = authenticate(request(), undefined, undefined)
      await turn()
      await world.clock.advanceAsync(1_000)
      expect(await decision).toMatchObject({ type: 'deny', denial: { status: 503 } })
    }
    const told = emitWarning.mock.calls.filter(([text]) => String(text).includes(reason))
    emitWarning.mockRestore()
    expect(told.length).toBeGreaterThan(0)
    expect(new Set(told.map(([text]) => text)).size).toBe(told.length)
    expect(String(told[0]?.[0])).toContain('503')
    await world.keyring.close()
  })

  test('tells onError instead, every time', async () => {
    const faults: Fault[] = []
    const on = memoryStore()
    const { token } = await setUp({ on }).create()
    const world = setUp({ on, onError: (fault) => void faults.push(fault) })
    world.store.before('find', fails)
    const { decide: authenticate } = stepsOf(world.keyring).authenticate()
    for (let index = 0; index < 2; index += 1) {
      await authenticate(
        { method: 'GET', url: '/', rawHeaders: ['Authorization', `Bearer ${token}`] },
        undefined,
        undefined,
      )
    }
    const verifying = faults.filter(({ during }) => during === 'verify')
    expect(verifying).toHaveLength(2)
    expect(verifying.every(({ error }) => isClavigerError(error))).toBe(true)
    await world.keyring.close()
  })
})
