import { dayMs, hourMs, mostWrites, type Write } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, testServiceAccount, testUsageEntry } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisStore, redisStore } from '../../src/index.ts'
import { freshNamespace, namesIn, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const everything = {
  revokedKeysBefore: start + 1,
  deletedServiceAccountsBefore: start + 1,
  activityBefore: start + 1,
  usageBefore: start + dayMs,
  idempotencyBefore: start + 1,
}

redis.describe('purge', () => {
  let namespace: string
  let client: Redis
  let store: RedisStore

  beforeEach(() => {
    namespace = freshNamespace()
    client = new Redis(redis.server().url)
    store = redisStore(client, { namespace, subscriber: false })
  })
  afterEach(() => client.disconnect())

  async function purgeAll(): Promise<void> {
    while ((await store.purge(everything)) === 'more');
  }

  async function fill(count: number): Promise<void> {
    const actor = { type: 'user', id: 'ada' } as const
    const ids = Array.from({ length: count }, (_, index) => index)
    const keys = ids.map((index) =>
      testRecord({ id: testKeyId(index), revokedAt: start, expiresAt: start, ownerGoneAt: 1 }),
    )
    const accounts = ids.map(
      (index): Write => ({
        type: 'serviceAccount',
        record: testServiceAccount({ id: `"svc" ${index}`, deletedAt: start }),
        expectedRevision: 0,
      }),
    )
    const activity = Array.from({ length: 5 * count }, (_, index) => ({
      id: `a${index}`,
      workspaceId: `ws:${index % 3}`,
      at: start - index,
      actor,
      action: 'key.created',
      target: { type: 'key' as const, id: testKeyId(index) },
      before: null,
      after: null,
      origin: null,
    }))
    const retries = ids.map(
      (index): Write => ({
        type: 'idempotency',
        record: {
          workspaceId: 'ws_acme',
          actor,
          idempotencyKey: `retry ${index}`,
          requestHash: '',
          keyId: testKeyId(index),
          createdAt: start,
        },
        expectedRevision: 0,
      }),
    )
    for (const writes of [...keys.map(insertKey), ...accounts, ...retries].map((write) => [write])) {
      await store.commit(testChange({ writes }))
    }
    for (let first = 0; first < activity.length; first += mostWrites) {
      await store.commit(testChange({ activity: activity.slice(first, first + mostWrites) }))
    }
    const entries = ids.map((index) => testUsageEntry({ keyId: testKeyId(index), hour: start - index * hourMs }))
    await store.addUsage({ instanceId: 'i', sequence: 1, entries })
    const called = { version: 1, network: null, agent: 'node', lastUsedAt: start }
    await store.addCallers(ids.map((index) => ({ workspaceId: `ws ${index % 9}`, keyId: testKeyId(index), ...called })))
  }

  test('leaves nothing behind but the head, the log and the batch numbers', async () => {
    await fill(250)
    expect((await namesIn(client, namespace)).length).toBeGreaterThan(1_000)
    await purgeAll()
    const names = keyNames(namespace)
    const kept = [names.head, names.log, names.usedBatch('i'), names.usageShard('ws_acme').batch('i')]
    expect(await namesIn(client, namespace)).toEqual(kept.sort())
  })

  test('forgets batch numbers of processes that are long gone by itself', async () => {
    await store.addUsage({ instanceId: 'i', sequence: 1, entries: [testUsageEntry()] })
    const names = keyNames(namespace)
    for (const name of [names.usedBatch('i'), names.usageShard('ws_acme').batch('i')]) {
      const leftMs = await client.pttl(name)
      expect(leftMs).toBeGreaterThan(6 * dayMs)
      expect(leftMs).toBeLessThanOrEqual(7 * dayMs)
    }
  })

  test('steps over rows that it cannot read, and removes those behind them', async () => {
    await fill(250)
    const names = keyNames(namespace)
    const corrupt = Array.from({ length: 120 }, (_, index) => testKeyId(index))
    for (const id of corrupt) await client.set(names.key(id), 'garbage')
    await purgeAll()
    const ids = Array.from({ length: 250 }, (_, index) => testKeyId(index))
    expect([...(await store.find(ids))]).toEqual(corrupt.map((id) => [id, 'corrupt']))
  })

  test('removes no key that is not revoked, whatever the index says', async () => {
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    await client.call('ZADD', keyNames(namespace).revokedKeys, 1, testRecord().id)
    await purgeAll()
    expect((await store.find([testRecord().id])).size).toBe(1)
  })

  test('goes on to work when Redis is full', async () => {
    await fill(20)
    await client.call('CONFIG', 'SET', 'maxmemory', '100kb')
    try {
      await purgeAll()
    } finally {
      await client.call('CONFIG', 'SET', 'maxmemory', '0')
    }
    expect((await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })).items).toEqual([])
  })
})
