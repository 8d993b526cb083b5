import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, UnavailableError } from '../../src/index.ts'
import type { BusListener, KeyStore } from '../../src/store/store.ts'
import { fails } from '../support/observed-store.ts'
import { setUp } from '../support/set-up.ts'

describe('health', () => {
  test('is not ok before ready() has passed, asks for it, and is ok afterwards', async () => {
    const { keyring, clock, store } = setUp()
    const made = clock.now()
    await clock.advanceAsync(10)
    expect(keyring.health()).toEqual({
      ok: false,
      since: new Date(made),
      state: 'starting',
      lease: 'lost',
      store: 'unknown',
      hasher: 'unknown',
      bus: 'down',
      lastError: null,
    })
    await keyring.ready()
    expect(store.calls.ready).toBe(1)
    expect(keyring.health()).toEqual({
      ok: true,
      since: new Date(made + 10),
      state: 'ready',
      lease: 'alive',
      store: 'up',
      hasher: 'up',
      bus: 'up',
      lastError: null,
    })
  })

  test('asks the store nothing once it is ready', async () => {
    const { keyring, store } = setUp()
    await keyring.ready()
    const before = { ...store.calls }
    for (let times = 0; times < 100; times += 1) keyring.health()
    expect(store.calls).toEqual(before)
  })

  test('says why ready() failed, and tries again in the background until it passes', async () => {
    const { keyring, store, clock } = setUp()
    store.before('ready', () => {
      throw new ConfigurationError('store', 'There are no tables.')
    })
    await expect(keyring.ready()).rejects.toThrow('There are no tables.')
    expect(keyring.health()).toMatchObject({
      ok: false,
      state: 'failed',
      store: 'down',
      lastError: {
        at: new Date(clock.now()),
        during: 'ready',
        code: 'ERR_CLAVIGER_CONFIGURATION',
        message: 'There are no tables.',
      },
    })
    await clock.advanceAsync(1_000)
    // Another one is under way now.
    expect(keyring.health().state).toBe('failed')
    await clock.advanceAsync(0)
    store.before('ready', undefined)
    await clock.advanceAsync(1_000)
    keyring.health()
    await clock.advanceAsync(0)
    expect(keyring.health()).toMatchObject({ ok: true, state: 'ready', lastError: { during: 'ready' } })
  })

  test('shows a store that is down with the next poll, is not ok once the lease is over, and recovers', async () => {
    const { keyring, store, clock } = setUp()
    await keyring.ready()
    await clock.advanceAsync(10_000)
    const lastAnswer = clock.now()
    store.before('poll', fails)
    await clock.advanceAsync(1_000)
    expect(keyring.health()).toMatchObject({ ok: true, lease: 'alive', store: 'down', lastError: { during: 'poll' } })
    await clock.advanceAsync(4_000)
    expect(keyring.health()).toMatchObject({
      ok: false,
      since: new Date(lastAnswer + 5_000),
      state: 'ready',
      lease: 'lost',
      store: 'down',
    })
    store.before('poll', undefined)
    await clock.advanceAsync(1_000)
    const { ok, since, lease, store: now } = keyring.health()
    expect({ ok, lease, now }).toEqual({ ok: true, lease: 'alive', now: 'up' })
    expect(since.getTime()).toBeGreaterThan(lastAnswer + 5_000)
  })

  test('shows a store that hangs, within the lease time', async () => {
    const { keyring, store, clock } = setUp()
    await keyring.ready()
    store.before('poll', () => new Promise(() => {}))
    await clock.advanceAsync(6_000)
    expect(keyring.health()).toMatchObject({ ok: false, lease: 'lost', store: 'down' })
  })

  test('shows a server that is no longer the primary, by what its poll says', async () => {
    const { keyring, store, clock } = setUp()
    await keyring.ready()
    store.before('poll', () => {
      throw new UnavailableError('store', 'This Redis is a replica. Connect to the primary.')
    })
    await clock.advanceAsync(6_000)
    expect(keyring.health()).toMatchObject({
      ok: false,
      lease: 'lost',
      lastError: { code: 'ERR_CLAVIGER_UNAVAILABLE', message: expect.stringContaining('replica') },
    })
  })

  test('of errors that are not ours it tells only that: a message of a driver may quote anything', async () => {
    const { keyring, store, clock } = setUp()
    await keyring.ready()
    store.before('ready', undefined)
    const { token } = await setUp().create()
    const broken = setUp({ onEvent: () => Promise.reject(new Error(`canary ${token}`)), at: clock })
    await broken.create()
    await clock.advanceAsync(0)
    expect(JSON.stringify(broken.keyring.health())).not.toContain('canary')
    expect(broken.keyring.health().lastError).toMatchObject({ during: 'onEvent', code: 'unknown' })
  })

  test('a store without poll has no lease to lose', async () => {
    const { poll: _poll, subscribe: _subscribe, ...store } = memoryStore()
    const { keyring, clock } = setUp({ on: store })
    await keyring.ready()
    await clock.advanceAsync(60_000)
    expect(keyring.health()).toMatchObject({ ok: true, lease: 'none', bus: 'none', store: 'up' })
  })

  test('is not ok after close(), and starts nothing', async () => {
    const { keyring, clock, store } = setUp()
    await keyring.ready()
    await clock.advanceAsync(500)
    await keyring.close()
    const calls = { ...store.calls }
    expect(keyring.health()).toMatchObject({ ok: false, state: 'closed', since: new Date(clock.now()) })
    expect(store.calls).toEqual(calls)
  })

  test('goes through JSON', async () => {
    const { keyring } = setUp()
    await keyring.ready()
    expect(JSON.parse(JSON.stringify(keyring.health()))).toMatchObject({ ok: true, since: expect.any(String) })
  })
})

describe('the bus in health and guarantees', () => {
  const withBus = (subscribe: (listener: BusListener) => Promise<{ close(): Promise<void> }>): KeyStore => ({
    ...memoryStore(),
    subscribe,
  })

  test('down when it is lost, up when it is back', async () => {
    let listener: BusListener | undefined
    const store = withBus(async (given) => {
      listener = given
      return { close: async () => {} }
    })
    const { keyring } = setUp({ on: store })
    await keyring.ready()
    expect(keyring.health().bus).toBe('up')
    listener?.down('gone')
    expect(keyring.health().bus).toBe('down')
    expect(keyring.guarantees().bus).toBe(true)
    listener?.up()
    expect(keyring.health().bus).toBe('up')
  })

  test('refused while changes of this process are not heard', async () => {
    let listener: BusListener | undefined
    const store = withBus(async (given) => {
      listener = given
      return { close: async () => {} }
    })
    const faults: unknown[] = []
    const { keyring } = setUp({ on: store, onError: ({ error, during }) => void faults.push([during, String(error)]) })
    await keyring.ready()
    listener?.mute?.('No right to publish.')
    expect(keyring.health().bus).toBe('refused')
    expect(keyring.guarantees()).toMatchObject({ bus: false, limits: ['No right to publish.'] })
    expect(faults).toEqual([['publish', expect.stringContaining('No right to publish.')]])
    listener?.mute?.(null)
    expect(keyring.health().bus).toBe('up')
    expect(keyring.guarantees()).toMatchObject({ bus: true, limits: [] })
  })

  test('refused where it may not listen: ready() passes, and it is asked once a minute, not once a second', async () => {
    let asked = 0
    let isAllowed = false
    const store = withBus(async () => {
      asked += 1
      if (isAllowed) return { close: async () => {} }
      const cause = new ConfigurationError('subscriber', 'No right to listen.')
      throw new UnavailableError('store', 'No right to listen.', { cause })
    })
    const { keyring, clock } = setUp({ on: store, at: testClock(), onError: () => {} })
    await keyring.ready()
    expect(keyring.health()).toMatchObject({ ok: true, bus: 'refused' })
    expect(keyring.guarantees()).toMatchObject({ bus: false, limits: ['No right to listen.'] })
    await clock.advanceAsync(59_000)
    expect(asked).toBe(1)
    isAllowed = true
    await clock.advanceAsync(3_000)
    expect(asked).toBe(2)
    expect(keyring.health().bus).toBe('up')
    expect(keyring.guarantees().bus).toBe(true)
  })
})
