import { Buffer } from 'node:buffer'
import { createServer, type Server, type Socket } from 'node:net'
import { faultProxy, serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, updateKey } from '@claviger/testing'
import { Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis5'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { nodeRedis, type NodeRedisClient, type RedisStore, redisStore } from '../../src/index.ts'
import { freshNamespace, rejection } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const record = testRecord()

const versions: readonly (readonly [string, (options: object) => NodeRedisClient])[] = [
  ['node-redis 6', (options) => createClient(options)],
  ['node-redis 5', (options) => createClient5(options)],
]

describe.each(versions)('%s', (_version, create) => {
  const open = (options: object = {}, storeOptions: object = {}): RedisStore => {
    const client = create({ url: redis.server().url, ...options })
    const store = redisStore(nodeRedis(client), { namespace: freshNamespace(), commandTimeoutMs: 500, ...storeOptions })
    onTestFinished(() => store.close())
    return store
  }
  const worksThrough = async (store: RedisStore): Promise<void> => {
    await store.ready()
    // What `ready()` published to try the bus may be heard before.
    const { nonce } = testChange()
    const heard = new Promise<void>((resolve) => {
      const message = (one: unknown): void => {
        if ((one as { readonly nonce?: unknown }).nonce === nonce) resolve()
      }
      void store
        .subscribe?.({ message, down() {}, up() {} })
        .then(() => store.commit(testChange({ writes: [insertKey(record)], nonce })))
    })
    await heard
    await store.commit(testChange({ writes: [updateKey(record, { name: 'Renamed' })] }))
    expect((await store.find([record.id])).get(record.id)).toMatchObject({ name: 'Renamed' })
  }

  redis.describe('a client', () => {
    test.each<[string, object]>([
      ['as it is made', {}],
      ['with RESP2', { RESP: 2 }],
      ['with RESP3', { RESP: 3 }],
      ['with replies as buffers', { commandOptions: { typeMapping: { 36: Buffer, 43: Buffer } } }],
      ['with a cache of its own', { RESP: 3, clientSideCache: { ttl: 0, maxEntries: 10, evictPolicy: 'LRU' } }],
      ['that queues nothing', { disableOfflineQueue: true }],
      ['that connects once', { socket: { reconnectStrategy: false } }],
      ['that gives up on idle sockets', { socket: { socketTimeout: 20 } }],
      ['with a short queue', { commandsQueueMaxLength: 1 }],
      ['that pings', { pingInterval: 10 }],
      ['on another database', { database: 3 }],
      ['with a name', { name: 'app' }],
      ['that sends nothing about itself', { disableClientInfo: true }],
    ])('%s will do', async (_, options) => {
      await worksThrough(open(options))
    })

    test('is not used, not connected and not closed by the store, which closes what it opened', async () => {
      const admin = new Redis(redis.server().url)
      onTestFinished(() => admin.disconnect())
      const connections = async (): Promise<number> =>
        String(await admin.call('CLIENT', 'LIST'))
          .trim()
          .split('\n').length
      const client = create({ url: redis.server().url }) as NodeRedisClient & { readonly isOpen: boolean }
      const store = redisStore(nodeRedis(client), { namespace: freshNamespace() })
      const before = await connections()
      await store.poll(null)
      await store.subscribe?.({ message() {}, down() {}, up() {} })
      expect(client.isOpen).toBe(false)
      expect(await connections()).toBe(before + 2)
      await store.close()
      await expect.poll(connections).toBe(before)
      await expect(store.poll(null)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    })

    test('serves several stores, each on a connection of its own, and one that is closed ends no other', async () => {
      const shim = nodeRedis(create({ url: redis.server().url }))
      const [one, other] = [freshNamespace(), freshNamespace()].map((namespace) => redisStore(shim, { namespace }))
      onTestFinished(() => other?.close())
      await one?.commit(testChange({ writes: [insertKey(record)] }))
      await one?.close()
      expect(await other?.find([record.id])).toEqual(new Map())
    })

    test('with a user who may not listen makes a store without a bus, that says which rights are missing', async () => {
      const admin = new Redis(redis.server().url)
      onTestFinished(() => admin.disconnect())
      const username = freshNamespace()
      await admin.call('ACL', 'SETUSER', username, 'on', '>secret', '+@all', '~*', 'resetchannels')
      const store = open({ username, password: 'secret' })
      await store.poll(null)
      const refused = await rejection(store.subscribe?.({ message() {}, down() {}, up() {} }) ?? Promise.resolve())
      expect(refused).toMatchObject({
        message: expect.stringMatching(/refused SUBSCRIBE on the bus.*\+subscribe/s),
        cause: { code: 'ERR_CLAVIGER_CONFIGURATION' },
      })
    })

    test('with a wrong password says so', async () => {
      const store = open({ username: 'nobody', password: 'hunter2' })
      const error = await rejection(store.ready())
      expect(error).toMatchObject({ message: expect.stringContaining('User or password are wrong') })
      expect(String(error)).not.toContain('hunter2')
    })

    test('with nothing listening says so', async () => {
      const store = open({ url: 'redis://127.0.0.1:1' })
      expect(await rejection(store.ready())).toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        message: expect.stringMatching(/ECONNREFUSED 127\.0\.0\.1:1\. Nothing listens there/),
      })
    })
  })

  redis.describe('a server', () => {
    test('that is killed makes calls reject, and is found again when it is back', async () => {
      const store = open()
      await store.commit(testChange({ writes: [insertKey(record)] }))
      await redis.server().kill()
      for (let calls = 0; calls < 3; calls += 1) {
        expect(await rejection(store.find([record.id]))).toMatchObject({ dependency: 'store' })
      }
      await redis.server().restart()
      await expect.poll(async () => (await store.find([record.id]).catch(() => new Map())).size).toBe(1)
    })

    test('that is frozen makes every call reject in time, and works when it goes on', async () => {
      const store = open({}, { commandTimeoutMs: 200 })
      await store.commit(testChange({ writes: [insertKey(record)] }))
      redis.server().pause()
      const from = performance.now()
      const calls = [
        () => store.find([record.id]),
        () => store.commit(testChange({ writes: [updateKey(record, { name: 'Late' })] })),
        () => store.poll(null),
        () => store.ready(),
        () => store.subscribe?.({ message() {}, down() {}, up() {} }) ?? Promise.resolve(),
      ]
      for (const error of await Promise.all(calls.map((call) => rejection(call())))) {
        expect(error).toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
      }
      expect(performance.now() - from).toBeLessThan(2_000)
      redis.server().resume()
      await expect.poll(async () => (await store.find([record.id]).catch(() => new Map())).size).toBe(1)
    })

    test('whose connection swallows everything is left for a new connection', async () => {
      const proxy = await faultProxy(redis.server())
      onTestFinished(() => proxy.close())
      const store = open({ url: proxy.url }, { commandTimeoutMs: 200 })
      await store.commit(testChange({ writes: [insertKey(record)] }))
      await proxy.hold()
      expect(await rejection(store.find([record.id]))).toMatchObject({ dependency: 'store' })
      await proxy.pass()
      await expect.poll(async () => (await store.find([record.id]).catch(() => new Map())).size).toBe(1)
    })

    test('that lets the bus go is heard again: down, then up', async () => {
      const proxy = await faultProxy(redis.server())
      onTestFinished(() => proxy.close())
      const namespace = freshNamespace()
      const store = open({}, { namespace, busPingMs: 200, subscriber: nodeRedis(create({ url: proxy.url })) })
      const told: string[] = []
      await store.subscribe?.({
        message: () => told.push('message'),
        down: () => told.push('down'),
        up: () => told.push('up'),
      })
      await store.commit(testChange())
      await expect.poll(() => told).toEqual(['message'])
      await proxy.rst()
      await expect.poll(() => told).toEqual(['message', 'down', 'up'])
      await proxy.hold()
      await expect.poll(() => told.filter((one) => one === 'down')).toHaveLength(2)
      await proxy.pass()
      await expect.poll(() => told.filter((one) => one === 'up')).toHaveLength(2)
      await store.commit(testChange())
      await expect.poll(() => told.at(-1)).toBe('message')
    })
  })

  describe('a server that accepts connections and says nothing', () => {
    let silent: Server
    const sockets = new Set<Socket>()
    beforeAll(async () => {
      silent = createServer((socket) => void sockets.add(socket.resume())).listen(0, '127.0.0.1')
      await new Promise((resolve) => silent.once('listening', resolve))
    })
    afterAll(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })

    test('makes calls reject in time, and leaves no connection open', async () => {
      const { port } = silent.address() as { readonly port: number }
      const store = redisStore(nodeRedis(create({ url: `redis://127.0.0.1:${port}`, RESP: 3 })), {
        commandTimeoutMs: 100,
      })
      for (let calls = 0; calls < 3; calls += 1) {
        expect(await rejection(store.find([testKeyId(1)]))).toMatchObject({ dependency: 'store' })
      }
      await store.close()
      await expect.poll(() => [...sockets].filter((socket) => !socket.destroyed && !socket.readableEnded)).toEqual([])
    })
  })
})

describe('nodeRedis refuses', () => {
  const rootNodes = [{ url: 'redis://127.0.0.1:1' }]
  const sentinel = { name: 'x', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }
  test.each<[string, RegExp, () => unknown]>([
    ['a cluster', /a cluster client.*new Cluster\(urls\)/, () => createCluster({ rootNodes })],
    ['a cluster of version 5', /a cluster client.*new Cluster\(urls\)/, () => createCluster5({ rootNodes })],
    ['Sentinel', /a Sentinel client.*sentinels, name/, () => createSentinel(sentinel)],
    ['Sentinel of version 5', /a Sentinel client.*sentinels, name/, () => createSentinel5(sentinel)],
    ['a pool', /a pool of node-redis.*createClient/, () => createClientPool()],
    ['the legacy form', /older, or is its legacy\(\) form/, () => createClient().legacy()],
    ['an ioredis client', /an ioredis client.*redisStore\(client\)/, () => new Redis({ lazyConnect: true })],
    ['a text', /a text.*createClient\(\{ url \}\)/, () => 'redis://:hunter2@localhost'],
    ['nothing', /undefined/, () => undefined],
  ])('%s, and says what to write', (_, told, client) => {
    let error: unknown
    try {
      nodeRedis(client() as never)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION', message: expect.stringMatching(told) })
    expect(String(error)).not.toContain('hunter2')
  })
})

describe('redisStore, given a client of node-redis itself', () => {
  test.each<[string, RegExp, () => unknown]>([
    ['a client', /Write redisStore\(nodeRedis\(client\)\)/, () => createClient()],
    ['a client of version 5', /Write redisStore\(nodeRedis\(client\)\)/, () => createClient5()],
    ['a cluster', /Write redisStore\(new Cluster\(urls\)\)/, () => createCluster({ rootNodes: [] })],
  ])('%s, says what to write', (_, told, client) => {
    expect(() => redisStore(client() as never)).toThrow(told)
    expect(() => redisStore(new Redis({ lazyConnect: true }), { subscriber: client() as never })).toThrow(told)
  })
})
