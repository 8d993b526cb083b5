import { ConfigurationError } from '@claviger/core/store'
import { serverOrSkip, startRedis, startRedisCluster } from '@claviger/test-servers'
import { insertKey, testChange, testRecord, testUsageEntry, updateKey } from '@claviger/testing'
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterEach, describe, expect, test } from 'vitest'
import { type RedisClient, type RedisClusterClient, redisStore, type RedisStoreOptions } from '../../src/index.ts'
import { freshNamespace, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)
const lazy = new Redis({ lazyConnect: true })

describe('options', () => {
  const wrong: readonly [string, unknown][] = [
    ...['', 'a b', 'a:b', '{a}', 'a'.repeat(65), '\u00e9', 7, null].map((value) => ['namespace', value] as const),
    ...[0, -1, 1.5, Number.NaN, 60_001, '1000'].map((value) => ['commandTimeoutMs', value] as const),
    ...[-1, 1.5, 100_001, '1'].map((value) => ['changeLogLength', value] as const),
    ...[0, 9, 60_001, Number.POSITIVE_INFINITY].map((value) => ['busPingMs', value] as const),
    ...['yes', 1, null].map((value) => ['allowVolatileStore', value] as const),
    ...[true, null, {}, 'redis://'].map((value) => ['subscriber', value] as const),
  ].map(([option, value]) => [option, value])

  test.each(wrong)('refuses %s %j', (option, value) => {
    expect(() => redisStore(lazy, { [option]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option }),
    )
  })

  test.each([undefined, null, 'redis://localhost', {}, { call() {} }])('refuses %j as a client', (client) => {
    expect(() => redisStore(client as unknown as RedisClient)).toThrow(ConfigurationError)
  })

  const work = (): never => {
    throw new Error('A store must not touch its client before it is used.')
  }
  const like = (...members: readonly string[]): object => Object.fromEntries(members.map((name) => [name, work]))

  test.each<[RegExp, unknown]>([
    [/a text/, 'redis://:hunter2@localhost'],
    [/a URL/, new URL('redis://:hunter2@localhost')],
    [/a plain object/, { host: 'localhost', port: 6379, password: 'hunter2' }],
    [/a client of the redis package \(node-redis\)/, like('sendCommand', 'hGetAll', 'connect', 'duplicate')],
    [/a class/, Redis],
    [/a promise/, Promise.resolve(lazy)],
    [/a pg Pool/, like('connect', 'totalCount', 'idleCount', 'query')],
  ])('refuses %s as a client, and says what to write', (named, client) => {
    const message = expect.stringMatching(new RegExp(`got ${named.source}.*redisStore\\(new Redis\\(url\\)\\)`))
    for (const [option, make] of [
      ['client', () => redisStore(client as RedisClient)],
      ['subscriber', () => redisStore(lazy, { subscriber: client as RedisClient })],
    ] as const) {
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option, message }))
      expect(make).not.toThrow(/hunter2/)
    }
  })

  test('an option given as undefined is its default', () => {
    expect(() => redisStore(lazy, { namespace: undefined } as unknown as RedisStoreOptions)).not.toThrow()
  })
})

/** What every client has to be good for. */
async function worksThrough(client: RedisClient | RedisClusterClient): Promise<void> {
  const store = redisStore(client, { namespace: freshNamespace() })
  const record = testRecord()
  await store.ready()
  const heard: unknown[] = []
  const message = new Promise<void>((resolve) => {
    const listener = { message: (one: unknown) => resolve(void heard.push(one)), down() {}, up() {} }
    void store.subscribe?.(listener).then(() => store.commit(testChange({ writes: [insertKey(record)], nonce: 'n' })))
  })
  await message
  expect(heard).toMatchObject([{ nonce: 'n' }])
  await store.commit(testChange({ writes: [updateKey(record, { name: 'Renamed' })] }))
  await store.addUsage({ instanceId: 'i', sequence: 1, entries: [testUsageEntry()] })
  const query = { workspaceId: 'ws_acme', at: start, limit: 1 }
  expect((await store.list(query)).items).toMatchObject([{ name: 'Renamed', lastUsedAt: start }])
  const points = await store.usage({ workspaceId: 'ws_acme', from: start, to: start + 1, bucket: 'hour' })
  expect(points).toMatchObject([{ requests: 1 }])
  await store.purge({ usageBefore: start + 1 })
  await store.close()
  await expect(store.find([record.id])).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  await expect(store.subscribe?.({ message() {}, down() {}, up() {} })).rejects.toMatchObject({ dependency: 'store' })
}

redis.describe('a client', () => {
  let client: (RedisClient | RedisClusterClient) & {
    disconnect(): void
    once(event: 'ready', listener: () => void): unknown
  }

  afterEach(() => client.disconnect())

  test.each<readonly [string, (url: string) => typeof client]>([
    [
      'as the guide recommends',
      (url) => new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 1_000 }),
    ],
    ['with RESP2', (url) => new Redis(url, { protocol: 2 })],
    ['with the reply shapes of RESP3', (url) => new Redis(url, { replyMapping: 'resp3' })],
    ['that pipelines by itself', (url) => new Redis(url, { enableAutoPipelining: true })],
    ['with a key prefix', (url) => new Redis(url, { keyPrefix: 'my-app:' })],
    ['on another database', (url) => new Redis(url, { db: 3 })],
    ['with numbers as texts', (url) => new Redis(url, { stringNumbers: true })],
    ['of version 5 with a key prefix', (url) => new Redis5(url, { keyPrefix: 'my-app:' })],
    ['of version 5 that pipelines by itself', (url) => new Redis5(url, { enableAutoPipelining: true })],
    ['of version 5 with numbers as texts', (url) => new Redis5(url, { stringNumbers: true })],
  ])('%s will do', async (_, connect) => {
    client = connect(redis.server().url)
    await new Promise<void>((resolve) => {
      client.once('ready', resolve)
    })
    await worksThrough(client)
  })

  test('stays open when the store is closed, and no other connection does', async () => {
    const one = new Redis(redis.server().url)
    client = one
    const store = redisStore(one, { namespace: freshNamespace() })
    const connections = async (): Promise<number> =>
      String(await one.call('CLIENT', 'LIST'))
        .trim()
        .split('\n').length
    const before = await connections()
    await store.subscribe?.({ message() {}, down() {}, up() {} })
    expect(await connections()).toBe(before + 1)
    await store.close()
    await expect.poll(connections).toBe(before)
    expect(await one.ping()).toBe('PONG')
  })
})

cluster.describe('a cluster client', () => {
  let client: Cluster

  afterEach(() => client.disconnect())

  test.each<readonly [string, ConstructorParameters<typeof Cluster>[1]]>([
    [
      'as the guide recommends',
      { enableOfflineQueue: false, redisOptions: { maxRetriesPerRequest: 0, commandTimeout: 1_000 } },
    ],
    ['that pipelines by itself', { enableAutoPipelining: true }],
    ['with a key prefix', { keyPrefix: 'my-app:' }],
  ])('%s will do', async (_, options) => {
    client = new Cluster([...cluster.server().urls], options)
    await new Promise<void>((resolve) => {
      client.once('ready', resolve)
    })
    await worksThrough(client)
  })
})

redis.describe('a client that has subscribed', () => {
  test('is refused, but may be the subscriber', async () => {
    const client = new Redis5(redis.server().url)
    await client.subscribe('news')
    try {
      expect(() => redisStore(client)).toThrow(/subscribed to channels.*subscriber/s)
      redisStore(lazy, { subscriber: client })
    } finally {
      client.disconnect()
    }
  })
})

describe('ready(), where there is no connection', () => {
  test.each([
    ['as the client is by default', {}],
    ['with a client that queues nothing', { enableOfflineQueue: false, maxRetriesPerRequest: 0 }],
    ['with one that gives up soon', { maxRetriesPerRequest: 1 }],
  ])('says that nothing listens, %s', async (_, options) => {
    const url = 'redis://127.0.0.1:1'
    for (const make of [() => new Redis(url, options), () => new Redis5(url, options)]) {
      const client = make()
      client.on('error', () => undefined)
      try {
        await expect(redisStore(client, { commandTimeoutMs: 300 }).ready()).rejects.toMatchObject({
          code: 'ERR_CLAVIGER_UNAVAILABLE',
          message: expect.stringMatching(/ECONNREFUSED 127\.0\.0\.1:1\. Nothing listens there/),
        })
      } finally {
        client.disconnect()
      }
    }
  })

  test('says that none of the servers of a cluster answers', async () => {
    const client = new Cluster(['redis://127.0.0.1:1'])
    client.on('error', () => undefined)
    try {
      await expect(redisStore(client, { commandTimeoutMs: 300 }).ready()).rejects.toMatchObject({
        message: expect.stringContaining('reaches none of the servers'),
      })
    } finally {
      client.disconnect()
    }
  })
})

redis.describe('ready(), on a server that lets no one in', () => {
  test('says that user or password are wrong', async () => {
    const client = new Redis(redis.server().url.replace('://', '://nobody:hunter2@'), { enableReadyCheck: true })
    client.on('error', () => undefined)
    try {
      const error = await redisStore(client, { commandTimeoutMs: 500 })
        .ready()
        .catch((reason: unknown) => reason)
      expect(error).toMatchObject({ message: expect.stringContaining('User or password are wrong') })
      expect(String(error)).not.toContain('hunter2')
    } finally {
      client.disconnect()
    }
  })

  test('says that the client has to connect first', async () => {
    const client = new Redis(redis.server().url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    try {
      await expect(redisStore(client).ready()).rejects.toMatchObject({
        message: expect.stringContaining('Wait for its event "ready" first'),
      })
    } finally {
      client.disconnect()
    }
  })
})
