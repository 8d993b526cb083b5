import type { KeyRecord } from '@claviger/core/store'
import { faultProxy, serverOrSkip, startRedis } from '@claviger/test-servers'
import { gate, insertKey, testChange, testKeyId, testRecord, testUsageEntry, updateKey } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisStore, redisStore } from '../../src/index.ts'
import { freshNamespace, namesIn, rejection, start } from '../support/fixtures.ts'
import { indexesFor, indexesIn, withoutLastUses } from '../support/indexes.ts'

const redis = await serverOrSkip('Redis', startRedis)
const record = testRecord()

redis.describe('commit', () => {
  let namespace: string
  let client: Redis
  let other: Redis
  let store: RedisStore

  beforeEach(() => {
    namespace = freshNamespace()
    client = new Redis(redis.server().url)
    other = new Redis(redis.server().url)
    store = redisStore(client, { namespace, commandTimeoutMs: 10_000 })
  })
  afterEach(async () => {
    await store.close()
    client.disconnect()
    other.disconnect()
  })

  test('lets one of 50 concurrent commits on two connections win', async () => {
    const second = redisStore(other, { namespace })
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const write = updateKey(record, { name: `Contender ${index}` })
        return (index % 2 === 0 ? store : second).commit(testChange({ writes: [write] }))
      }),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await store.poll(null)).head.epoch).toBe(2)
  })

  test('carries out every one of 30 concurrent silent writes of one key, and loses no use of it', async () => {
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const results = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const entry = testUsageEntry({ lastUsedAt: start + index })
        await store.addUsage({ instanceId: `i${index}`, sequence: 1, entries: [entry] })
        const write = { type: 'key', record: { ...record, description: `${index}` }, expectedRevision: 1 } as const
        return store.commit(testChange({ writes: [write], silent: true }))
      }),
    )
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect((await store.find([record.id])).get(record.id)).toMatchObject({ revision: 1, lastUsedAt: start + 29 })
  })

  test('moves a key within the listings together with its last use, though a use comes in between', async () => {
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const [hasRead, mayWrite] = [gate(), gate()]
    const slow = redisStore(
      intercepted(client, async (command) => {
        if (command !== 'EVALSHA') return
        hasRead.open()
        await mayWrite.wait()
      }),
      { namespace, subscriber: false },
    )
    const moving = slow.commit(testChange({ writes: [updateKey(record, { createdAt: start - 5 })] }))
    await hasRead.wait()
    await store.addUsage({ instanceId: 'a', sequence: 1, entries: [testUsageEntry({ lastUsedAt: start + 1 })] })
    mayWrite.open()
    expect(await moving).toMatchObject({ ok: true })
    const moved = (await store.find([record.id])).get(record.id)
    expect(moved).toMatchObject({ createdAt: start - 5, lastUsedAt: start + 1 })
    const [actual, wanted] = [await indexesIn(client, namespace), indexesFor(namespace, [moved as KeyRecord])]
    expect(withoutLastUses(namespace, actual)).toEqual(withoutLastUses(namespace, wanted))
  })

  test('is carried out once when the answer is lost and the client sends it again', async () => {
    const proxy = await faultProxy(redis.server())
    const resending = new Redis(proxy.url)
    resending.on('error', () => {})
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { head } = await store.poll(null)
    try {
      let losesAnswer = true
      const behindProxy = redisStore(
        intercepted(resending, async (command) => {
          if (command === 'EVALSHA' && losesAnswer) await proxy.swallowReplies()
          if (command === 'EVALSHA') losesAnswer = false
        }),
        { namespace, commandTimeoutMs: 10_000, subscriber: false },
      )
      const made = testChange({ writes: [updateKey(record, { name: 'Renamed' })] })
      const committing = behindProxy.commit(made)
      await expect.poll(async () => (await store.poll(null)).head.epoch).toBe(head.epoch + 1)
      await proxy.rst()
      await proxy.pass()
      expect(await committing).toEqual({
        ok: true,
        head: { storeId: head.storeId, epoch: head.epoch + 1, nonce: made.nonce },
      })
      expect((await store.poll(head)).changes).toHaveLength(1)
    } finally {
      resending.disconnect()
      await proxy.close()
    }
  })

  test('what is longer than any record is not brought over, and what is not text is nothing', async () => {
    let longest = 0
    const measuring = redisStore(
      new Proxy(client, {
        get(target, name) {
          if (name !== 'call') return Reflect.get(target, name, target) as unknown
          return async (...args: [string, ...string[]]) => {
            const reply = await target.call(...args)
            longest = Math.max(longest, JSON.stringify(reply).length)
            return reply
          }
        },
      }),
      { namespace, subscriber: false },
    )
    const [long, odd] = [testKeyId(7), testKeyId(8)]
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const names = keyNames(namespace)
    await client.set(names.key(long), 'x'.repeat(5_000_000))
    await client.rpush(names.key(odd), 'x')
    expect(await measuring.find([long, record.id, odd, testKeyId(9)])).toEqual(
      new Map<string, unknown>([
        [long, 'corrupt'],
        [record.id, record],
      ]),
    )
    expect(longest).toBeLessThan(10_000)
  })

  test('goes on after SCRIPT FLUSH', async () => {
    await store.commit(testChange({ writes: [insertKey(record)] }))
    await client.script('FLUSH')
    expect(await store.commit(testChange({ writes: [updateKey(record)] }))).toMatchObject({ ok: true })
    await client.script('FLUSH')
    expect((await store.poll(null)).head.epoch).toBe(2)
  })

  test.each(['head', 'log'] as const)('writes nothing where something else is stored as the %s', async (name) => {
    await store.commit(testChange({ writes: [insertKey(record)] }))
    await client.call('SET', keyNames(namespace)[name], 'taken')
    const fresh = testRecord({ id: testKeyId(2) })
    expect(await rejection(store.commit(testChange({ writes: [insertKey(fresh)] })))).toMatchObject({
      dependency: 'store',
    })
    expect(await store.find([fresh.id])).toEqual(new Map())
  })

  test('writes nothing where something else is stored as an index', async () => {
    const { head } = await store.poll(null)
    await client.call('SET', keyNames(namespace).byExpiry('ws_acme'), 'taken')
    const before = await namesIn(client, namespace)
    const fresh: KeyRecord = testRecord({ expiresAt: start })
    expect(await rejection(store.commit(testChange({ writes: [insertKey(fresh)] })))).toMatchObject({
      message: expect.stringContaining('WRONGTYPE'),
    })
    expect(await namesIn(client, namespace)).toEqual(before)
    expect((await store.poll(head)).changes).toEqual([])
  })

  test('returns the last changes only, and a gap to a caller that is further behind', async () => {
    const short = redisStore(client, { namespace, changeLogLength: 2, subscriber: false })
    const { head } = await short.poll(null)
    const first = await short.commit(testChange())
    for (const nonce of ['n2', 'n3']) await short.commit(testChange({ nonce }))
    expect((await short.poll(head)).changes).toBe('gap')
    expect(first.ok && first.head && (await short.poll(first.head)).changes).toMatchObject([
      { nonce: 'n2' },
      { nonce: 'n3' },
    ])
  })

  test('publishes nothing about a write that Redis refuses', async () => {
    await client.call('SET', keyNames(namespace).head, 'taken')
    const error = await rejection(store.commit(testChange({ writes: [insertKey(record)] })))
    for (let one = error; one instanceof Error; one = one.cause) {
      expect(JSON.stringify(one, Object.getOwnPropertyNames(one))).not.toContain('argon2')
      expect(one).not.toHaveProperty('command')
    }
  })
})

/** A client that waits for something before it sends a command. */
function intercepted(client: Redis, before: (command: string) => Promise<void>): Redis {
  return new Proxy(client, {
    get(target, name) {
      if (name !== 'call') return Reflect.get(target, name, target) as unknown
      return async (command: string, ...args: (string | number)[]) => {
        await before(command)
        return target.call(command, ...args)
      }
    },
  })
}
