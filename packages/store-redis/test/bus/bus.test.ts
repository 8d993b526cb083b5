import type { BusListener } from '@claviger/core/store'
import { faultProxy, type FaultProxy, serverOrSkip, startRedis } from '@claviger/test-servers'
import { gate, testChange } from '@claviger/testing'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisClient, type RedisStore, redisStore } from '../../src/index.ts'
import { freshNamespace, rejection } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
// Short of the default, but longer than a busy machine keeps this process waiting: proxy and client share its thread.
const busPingMs = 500

let namespace: string
let client: Redis
let proxy: FaultProxy
let store: RedisStore

/** Everything a listener was told, in order, and a way to wait for the next thing. */
interface Recorder extends BusListener {
  readonly told: readonly unknown[]
  until(wanted: (told: unknown) => boolean): Promise<void>
}

function recorder(): Recorder {
  const told: unknown[] = []
  let look = (): void => {}
  const tell = (one: unknown): void => {
    told.push(one)
    look()
  }
  return {
    told,
    message: tell,
    down: (reason) => tell(`down: ${reason}`),
    up: () => tell('up'),
    until: (wanted) =>
      new Promise((resolve) => {
        look = () => {
          if (told.some(wanted)) resolve()
        }
        look()
      }),
  }
}

const isDown = (told: unknown): boolean => typeof told === 'string' && told.startsWith('down')
const isUp = (told: unknown): boolean => told === 'up'
const hasNonce =
  (nonce: string) =>
  (told: unknown): boolean =>
    typeof told === 'object' && told !== null && 'nonce' in told && told.nonce === nonce

describe.each([
  ['ioredis 6', (url: string) => new Redis(url, { lazyConnect: true })],
  ['ioredis 5', (url: string) => new Redis5(url, { lazyConnect: true })],
])('through %s', (_, subscriberOf) => {
  redis.describe('the bus', () => {
    beforeEach(async () => {
      namespace = freshNamespace()
      client = new Redis(redis.server().url)
      proxy = await faultProxy(redis.server())
      store = redisStore(client, { namespace, busPingMs, subscriber: subscriberOf(proxy.url) })
    })
    afterEach(async () => {
      await store.close()
      client.disconnect()
      await proxy.close()
    })

    /** Commits through the direct connection and waits until the listener has learned about it. */
    async function hearsOfChanges(listener: Recorder): Promise<void> {
      const { nonce } = testChange()
      await store.commit(testChange({ nonce }))
      await listener.until(hasNonce(nonce))
    }

    test('notices a half-open connection by itself, says so, and hears again when the network heals', async () => {
      const listener = recorder()
      await store.subscribe?.(listener)
      await hearsOfChanges(listener)
      await proxy.hold()
      await listener.until(isDown)
      expect(listener.told.at(-1)).toBe('down: no answer to a ping')
      expect(listener.told.filter(isUp)).toEqual([])
      await proxy.pass()
      await listener.until(isUp)
      await hearsOfChanges(listener)
    })

    test('does not take a pause of its own process for a lost connection', async () => {
      const pingMs = 20
      const pauses = gate(5)
      const pausing = pausingAfterPings(subscriberOf(redis.server().url), 5 * pingMs, () => void pauses.wait())
      const paused = redisStore(client, { namespace, busPingMs: pingMs, subscriber: pausing })
      const listener = recorder()
      await paused.subscribe?.(listener)
      await pauses.wait()
      await paused.close()
      expect(listener.told).toEqual([])
    })

    test('says when its connection is cut, once, however often it fails to come back', async () => {
      const listener = recorder()
      await store.subscribe?.(listener)
      await proxy.refuse()
      await proxy.rst()
      await listener.until(isDown)
      expect(listener.told).toEqual(['down: connection lost'])
      await proxy.pass()
      await listener.until(isUp)
      expect(listener.told.filter(isDown)).toHaveLength(1)
      await hearsOfChanges(listener)
    })

    test('does not take a connection for a subscription that the server refuses', async () => {
      const user = `bus-${namespace}`
      await client.call('ACL', 'SETUSER', user, 'on', '>secret', '+@all', '~*', '&*')
      const named = redisStore(client, {
        namespace,
        busPingMs,
        subscriber: subscriberOf(redis.server().url.replace('://', `://${user}:secret@`)),
      })
      const listener = recorder()
      try {
        await named.subscribe?.(listener)
        await client.call('ACL', 'SETUSER', user, 'resetchannels')
        await listener.until(isDown)
        expect(await rejection(named.subscribe?.(recorder()) ?? Promise.resolve())).toMatchObject({
          dependency: 'store',
          message: expect.stringContaining('NOPERM'),
        })
        expect(listener.told.filter(isUp)).toEqual([])
        await client.call('ACL', 'SETUSER', user, '&*')
        await listener.until(isUp)
        await hearsOfChanges(listener)
      } finally {
        await named.close()
        await client.call('ACL', 'DELUSER', user)
      }
    })

    test('passes on what is not a message of ours, and goes on', async () => {
      const listener = recorder()
      await store.subscribe?.(listener)
      const { channel } = keyNames(namespace)
      for (const garbage of [
        '',
        '{',
        '[]',
        'null',
        '"x"',
        '{"storeId":7}',
        '{'.repeat(100_000),
        'x'.repeat(2_000_000),
      ]) {
        await client.publish(channel, garbage)
      }
      await hearsOfChanges(listener)
      expect(listener.told.slice(0, -1)).toEqual(['', '{', [], null, 'x', { storeId: 7 }, '{'.repeat(100_000)])
    })

    test('survives a listener that throws', async () => {
      const listener = recorder()
      await store.subscribe?.({
        message() {
          throw new Error('a mistake of the listener')
        },
        down() {},
        up() {},
      })
      await store.subscribe?.(listener)
      await hearsOfChanges(listener)
      await hearsOfChanges(listener)
    })

    test('opens a connection per subscription, and leaves none behind', async () => {
      const listener = recorder()
      const first = await store.subscribe?.(listener)
      await store.subscribe?.(listener)
      expect(proxy.connections()).toBe(2)
      await first?.close()
      await expect.poll(() => proxy.connections()).toBe(1)
      await store.close()
      await expect.poll(() => proxy.connections()).toBe(0)
      expect(listener.told).toEqual([])
    })

    test('rejects when it cannot begin, and leaves no connection behind', async () => {
      await proxy.hold()
      const impatient = redisStore(client, { commandTimeoutMs: 50, subscriber: subscriberOf(proxy.url) })
      expect(await rejection(impatient.subscribe?.(recorder()) ?? Promise.resolve())).toMatchObject({
        dependency: 'store',
      })
      // What is held is not read, not even that the other side has closed.
      await proxy.pass()
      await expect.poll(() => proxy.connections()).toBe(0)
    })

    test('does not connect again once it was closed while it was down', async () => {
      const listener = recorder()
      const subscription = await store.subscribe?.(listener)
      await proxy.rst()
      await listener.until(isDown)
      await subscription?.close()
      const told = listener.told.length
      const other = recorder()
      await store.subscribe?.(other)
      await hearsOfChanges(other)
      expect(listener.told).toHaveLength(told)
    })
  })
})

/** A client whose duplicates stop the whole process for a while after each ping that they send. */
function pausingAfterPings(client: RedisClient, pauseMs: number, paused: () => void): RedisClient {
  return {
    call: (command, ...args) => client.call(command, ...args),
    duplicate(overrides) {
      const connection = client.duplicate(overrides)
      return new Proxy(connection, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target)
          if (name !== 'call') return typeof value === 'function' ? (value.bind(target) as unknown) : value
          return (command: string) => {
            const answer = target.call(command)
            // The ping leaves in this turn of the event loop; the pause begins behind it.
            setImmediate(() => {
              Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
              paused()
            })
            return answer
          }
        },
      })
    },
  }
}

test('there is no bus when it is switched off', () => {
  const lazy = new Redis({ lazyConnect: true })
  expect(redisStore(lazy, { subscriber: false })).not.toHaveProperty('subscribe')
  lazy.disconnect()
})
