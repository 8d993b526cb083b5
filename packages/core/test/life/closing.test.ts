import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import type { Accepted, Keyring } from '../../src/index.ts'
import { channels } from '../../src/reporting/diagnostics.ts'
import { fails } from '../support/observed-store.ts'
import { setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

interface Told {
  readonly flushed: number
  readonly dropped: number
}

/** What `claviger:usage` publishes while work runs. */
async function toldOf(work: () => Promise<void>): Promise<readonly Told[]> {
  const told: Told[] = []
  const hear = (message: unknown): void => void told.push(message as Told)
  channels.usage.subscribe(hear)
  try {
    await work()
  } finally {
    channels.usage.unsubscribe(hear)
  }
  return told
}

const sum = (told: readonly Told[], of: keyof Told): number => told.reduce((total, each) => total + each[of], 0)

async function accepted(keyring: Keyring, token: string): Promise<Accepted> {
  const verification = await doorTo(keyring).check('bearer', `Bearer ${token}`)
  if (!verification.ok) throw new Error('Expected an accept.')
  return verification
}

async function requestsOf(store: ReturnType<typeof memoryStore>): Promise<number> {
  const points = await store.usage({ workspaceId: 'ws_acme', from: 0, to: 1e14, bucket: 'total' })
  return points.reduce((total, { requests }) => total + requests, 0)
}

describe('close', () => {
  test('gives every caller the promise of the first, which ends when the counts are stored', async () => {
    const shared = memoryStore()
    const { create, keyring, store } = setUp({ on: shared.connect() })
    const { token } = await create()
    await keyring.verify(token)
    const storing = gate()
    store.before('addUsage', () => storing.wait())
    let second = false
    const first = keyring.close()
    const other = keyring.close().then(() => (second = true))
    await vi.waitUntil(() => storing.arrived() === 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(second).toBe(false)
    storing.open()
    await Promise.all([first, other])
    expect(await requestsOf(shared)).toBe(1)
    expect(store.calls.close).toBe(1)
    await keyring.close()
    expect(store.calls.close).toBe(1)
  })

  test('gives every caller the failure of the first', async () => {
    const { create, keyring, store } = setUp()
    await create()
    store.before('close', fails)
    const [first, second] = [keyring.close(), keyring.close()]
    await expect(first).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await expect(second).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })

  test('accepts nothing from memory any more, as soon as it is called', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    await accepted(keyring, token)
    expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toMatchObject({ ok: true })
    const closing = keyring.close()
    expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toBeUndefined()
    await closing
  })

  test('stores a use that ends while counts are being stored, and tells each that ends later', async () => {
    const shared = memoryStore()
    const { create, keyring, store } = setUp({ on: shared.connect() })
    const { token } = await create()
    const use = await accepted(keyring, token)
    doorTo(keyring).recordUse?.(use, 200, undefined)
    const storing = gate()
    store.before('addUsage', () => storing.wait())
    const told = await toldOf(async () => {
      const closing = keyring.close()
      await vi.waitUntil(() => storing.arrived() === 1)
      for (let late = 0; late < 3; late += 1) doorTo(keyring).recordUse?.(use, 200, undefined)
      storing.open()
      await closing
      for (let later = 0; later < 5; later += 1) doorTo(keyring).recordUse?.(use, 200, undefined)
    })
    expect(await requestsOf(shared)).toBe(4)
    expect(sum(told, 'flushed')).toBe(4)
    expect(sum(told, 'dropped')).toBe(5)
  })
})

describe('flush', () => {
  test('stores what is counted by now, also while an older batch is under way', async () => {
    const shared = memoryStore()
    const { create, keyring, store } = setUp({ on: shared.connect() })
    const { token } = await create()
    const storing = gate()
    store.before('addUsage', () => storing.wait())
    await keyring.verify(token)
    const first = keyring.flush()
    await vi.waitUntil(() => storing.arrived() === 1)
    await keyring.verify(token)
    const second = keyring.flush()
    storing.open()
    await Promise.all([first, second, keyring.flush()])
    expect(await requestsOf(shared)).toBe(2)
    await keyring.close()
    expect(await requestsOf(shared)).toBe(2)
  })

  test('asks nothing of the store while nothing is counted, and nothing at all without counting', async () => {
    const { keyring, store } = setUp()
    await keyring.flush()
    expect(store.calls).toEqual({})
    await setUp({ usage: false }).keyring.flush()
  })

  test('rejects when the store fails, and the counts are stored with the next ones', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const { create, keyring, store } = setUp({ on: shared.connect(), at: clock })
    const { token } = await create()
    await keyring.verify(token)
    store.before('addUsage', fails)
    await expect(keyring.flush()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    store.before('addUsage', undefined)
    await keyring.verify(token)
    await keyring.flush()
    expect(await requestsOf(shared)).toBe(2)
    await keyring.close()
    await expect(keyring.flush()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CLOSED' })
  })
})
