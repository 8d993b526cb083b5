import { dayMs, hourMs } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, testUsageEntry } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisStore, redisStore } from '../../src/index.ts'
import { freshNamespace, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)

redis.describe('usage', () => {
  let client: Redis

  beforeEach(() => {
    client = new Redis(redis.server().url)
  })
  afterEach(() => client.disconnect())

  const range = { workspaceId: 'ws_acme', from: start, to: start + hourMs, bucket: 'total' } as const
  const batch = (sequence: number): Parameters<RedisStore['addUsage']>[0] => ({
    instanceId: 'i',
    sequence,
    entries: [
      testUsageEntry(),
      testUsageEntry({ workspaceId: 'ws_other' }),
      testUsageEntry({ workspaceId: 'ws_third' }),
    ],
  })

  test('of a batch that failed half-way is completed when it is sent again, and nothing counted twice', async () => {
    const namespace = freshNamespace()
    // Loads the scripts: from here on, each is one command.
    await redisStore(client, { namespace: freshNamespace() }).addUsage(batch(1))
    let failures = 2
    const failing = new Proxy(client, {
      get(target, name) {
        if (name !== 'call') return Reflect.get(target, name, target) as unknown
        return async (command: string, ...args: (string | number)[]) => {
          if (command.startsWith('EVAL') && String(args[2]).includes(':usage:') && (failures -= 1) >= 0) {
            // The first is lost on its way, the answer to the second on its way back.
            if (failures === 0) await target.call(command, ...args)
            throw new Error('Connection is closed.')
          }
          return target.call(command, ...args)
        }
      },
    })
    const store = redisStore(failing, { namespace, subscriber: false })
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    for (let attempt = 0; attempt < 4; attempt += 1) await store.addUsage(batch(1)).catch(() => {})
    await store.addUsage(batch(2))
    for (const workspaceId of ['ws_acme', 'ws_other', 'ws_third']) {
      expect(await store.usage({ ...range, workspaceId })).toMatchObject([{ requests: 2 }])
    }
    expect((await store.find([testRecord().id])).get(testRecord().id)).toMatchObject({ lastUsedAt: start })
  })

  test.each([
    'garbage',
    '7',
    'null',
    '[]',
    '{"1":7}',
    '{"1":["x","1","1","1","1",{}]}',
    '{"1":["1","1","1","1","1",{"c":"x"}]}',
  ])('counts on where a row says %s', async (garbage) => {
    const namespace = freshNamespace()
    const store = redisStore(client, { namespace, subscriber: false })
    const { counts, dayCounts, totals } = keyNames(namespace).usageShard('ws_acme')
    await client.hset(counts('ws_acme', start), testKeyId(1), garbage)
    await client.hset(dayCounts('ws_acme', start), testKeyId(1), garbage)
    for (const field of ['day', String(start)]) await client.hset(totals('ws_acme', start), field, garbage)
    await store.usage(range)
    await store.addUsage(batch(1))
    for (const to of [start + hourMs, start + dayMs]) {
      for (const keyId of [undefined, testKeyId(1)]) {
        const asked = { ...range, to, ...(keyId !== undefined && { keyId }) }
        expect(await store.usage(asked)).toMatchObject([{ requests: 1 }])
      }
      expect(await store.busiest({ workspaceId: 'ws_acme', from: start, to, limit: 1 })).toMatchObject({
        keys: [{ keyId: testKeyId(1), requests: 1 }],
      })
    }
  })

  test('counts and reads key ids and denial codes of any text', async () => {
    const store = redisStore(client, { namespace: freshNamespace(), subscriber: false })
    const keyId = '"\ud800:\u0000'
    const denied = { ['__proto__']: 1, constructor: 2, 'a"b': 3 }
    await store.addUsage({ instanceId: 'i', sequence: 1, entries: [testUsageEntry({ keyId, denied })] })
    const [point] = await store.usage({ ...range, keyId })
    const [busy] = (await store.busiest({ workspaceId: 'ws_acme', from: start, to: start + dayMs, limit: 1 })).keys
    expect(busy?.keyId).toBe(keyId)
    for (const one of [point, busy]) {
      expect(new Map(Object.entries(one?.denied ?? {}))).toEqual(new Map(Object.entries(denied)))
    }
  })
})
