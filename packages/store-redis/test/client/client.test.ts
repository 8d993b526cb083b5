import { serverOrSkip, startRedis, startRedisCluster } from '@claviger/test-servers'
import { insertKey, testChange, testRecord, testUsageEntry, updateKey } from '@claviger/testing'
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterEach, expect, test } from 'vitest'
import { type RedisClient, type RedisClusterClient, redisStore } from '../../src/index.ts'
import { freshNamespace, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)
const lazy = new Redis({ lazyConnect: true })

/** What every client has to be good for. */
async function worksThrough(client: RedisClient | RedisClusterClient): Promise<void> {
  const store = redisStore(client, { namespace: freshNamespace() })
  const record = testRecord()
  await store.ready()
  // What `ready()` published to try the bus may be heard before.
  const message = new Promise<void>((resolve) => {
    const isIt = (one: unknown): boolean => (one as { readonly nonce?: unknown }).nonce === 'n'
    const listener = { message: (one: unknown) => (isIt(one) ? resolve() : undefined), down() {}, up() {} }
    void store.subscribe?.(listener).then(() => store.commit(testChange({ writes: [insertKey(record)], nonce: 'n' })))
  })
  await message
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
