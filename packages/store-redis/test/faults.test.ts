import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UnavailableError } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, testUsageEntry, updateKey } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RedisStore, redisStore } from '../src/index.ts'
import { freshNamespace, rejection, start } from './support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const volatile = await serverOrSkip('Redis', () => startRedis({ keepData: false }))
const record = testRecord()
const revocation = updateKey(record, { revokedAt: start + 1, revokedReason: 'Leaked' })

let client: Redis
let store: RedisStore

/** A client as hosts have it by default: it queues, it waits, it sends again. */
function connect(url: string, options: { readonly commandTimeoutMs?: number } = {}): void {
  client = new Redis(url)
  client.on('error', () => {})
  store = redisStore(client, { namespace: freshNamespace(), allowVolatileStore: true, ...options })
}

afterEach(async () => {
  await store.close()
  client.disconnect()
})

redis.describe('a server that is killed', () => {
  test('rejects calls while it is gone, and has kept what was committed when it is back', async () => {
    connect(redis.server().url, { commandTimeoutMs: 200 })
    await store.commit(testChange({ writes: [insertKey(record)] }))
    await store.addUsage({ instanceId: 'a', sequence: 1, entries: [testUsageEntry({ lastUsedAt: start + 5 })] })
    await store.commit(testChange({ writes: [revocation] }))
    const { head } = await store.poll(null)
    await redis.server().kill()
    for (const call of [() => store.find([record.id]), () => store.poll(head), () => store.commit(testChange())]) {
      expect(await rejection(call())).toBeInstanceOf(UnavailableError)
    }
    await redis.server().restart()
    await client.ping()
    expect((await store.find([record.id])).get(record.id)).toMatchObject({
      revokedAt: start + 1,
      lastUsedAt: start + 5,
    })
    const polled = await store.poll(head)
    expect(polled.head.storeId).toBe(head.storeId)
    expect(polled.changes).not.toBe('gap')
  })
})

volatile.describe('a server that forgets', () => {
  test('is another store afterwards: it answers no one who knew the old one, and makes a head for no one but a new process', async () => {
    connect(volatile.server().url)
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { head } = await store.poll(null)
    await volatile.server().kill()
    await volatile.server().restart()
    await client.ping()
    for (const call of [() => store.poll(head), () => store.commit(testChange({ storeId: head.storeId }))]) {
      expect(await rejection(call())).toMatchObject({ dependency: 'store', message: expect.stringMatching(/emptied/) })
    }
    expect(await client.keys('*')).toEqual([])
    const { head: fresh } = await store.poll(null)
    expect(fresh.storeId).not.toBe(head.storeId)
    expect(await store.poll(head)).toEqual({ head: fresh, changes: 'gap' })
    expect(await rejection(store.commit(testChange({ storeId: head.storeId })))).toBeInstanceOf(UnavailableError)
  })
})

redis.describe('a server that is frozen', () => {
  beforeEach(() => connect(redis.server().url, { commandTimeoutMs: 100 }))
  afterEach(() => redis.server().resume())

  test('makes every call reject within the command timeout, and works when it goes on', async () => {
    await store.commit(testChange({ writes: [insertKey(record)] }))
    redis.server().pause()
    const calls: (() => Promise<unknown>)[] = [
      () => store.find([record.id]),
      () => store.list({ workspaceId: 'ws_acme', at: start, limit: 1 }),
      () => store.commit(testChange({ writes: [revocation] })),
      () => store.poll(null),
      () => store.addUsage({ instanceId: 'a', sequence: 1, entries: [testUsageEntry()] }),
      () => store.usage({ workspaceId: 'ws_acme', from: 0, to: start, bucket: 'total' }),
      () => store.activity({ workspaceId: 'ws_acme', limit: 1 }),
      () => store.services({ workspaceId: 'ws_acme', limit: 1 }),
      () => store.purge({ activityBefore: 1 }),
      () => store.ready(),
      () => store.subscribe?.({ message() {}, down() {}, up() {} }) ?? Promise.resolve(),
    ]
    const rejected = await Promise.all(calls.map((call) => rejection(call())))
    for (const error of rejected) expect(error).toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
    redis.server().resume()
    await client.ping()
    expect((await store.find([record.id])).size).toBe(1)
  })

  test('is not asked without end: beyond 1 000 unanswered commands, calls reject at once', async () => {
    await store.poll(null)
    redis.server().pause()
    const waiting = Array.from({ length: 1_000 }, (_, index) => rejection(store.find([testKeyId(index)])))
    expect(await rejection(store.find([record.id]))).toMatchObject({
      message: expect.stringContaining('1000 commands'),
    })
    await Promise.all(waiting)
    redis.server().resume()
    // The first comes with the late answers, the second after they were taken note of.
    await client.ping()
    await client.ping()
    expect((await store.find([record.id])).size).toBe(0)
  })
})

redis.describe('a server without memory', () => {
  const filler = 'filler'

  afterEach(async () => {
    await client.call('CONFIG', 'SET', 'maxmemory', '0')
    await client.del(filler)
  })

  async function fill(): Promise<void> {
    // Less than an empty server needs: full, whatever else comes and goes.
    await client.call('CONFIG', 'SET', 'maxmemory', '100kb')
    await expect(client.set(filler, 'x')).rejects.toThrow('OOM')
  }

  test('still takes revocations, and tells others of them', async () => {
    connect(redis.server().url)
    const other = testRecord({ id: testKeyId(2) })
    await store.commit(testChange({ writes: [insertKey(record), insertKey(other)] }))
    const { head } = await store.poll(null)
    await fill()
    const announcements = [{ type: 'key', id: record.id }] as const
    const activity = [
      {
        id: 'a1',
        workspaceId: 'ws_acme',
        at: start,
        actor: { type: 'user', id: 'ada' },
        action: 'key.revoked',
        target: { type: 'key', id: record.id },
        before: null,
        after: null,
        origin: null,
      },
    ] as const
    const heard = new Promise((resolve) => {
      void store.subscribe?.({ message: resolve, down() {}, up() {} }).then(async () => {
        expect(await store.commit(testChange({ writes: [revocation], announcements, activity }))).toMatchObject({
          ok: true,
        })
      })
    })
    expect(await heard).toMatchObject({ announcements })
    expect((await store.poll(head)).changes).toMatchObject([{ announcements }])
    expect((await store.find([record.id])).get(record.id)).toMatchObject({ revokedAt: start + 1 })
    expect((await store.activity({ workspaceId: 'ws_acme', limit: 1 })).items).toHaveLength(1)
    expect(
      (await store.list({ workspaceId: 'ws_acme', at: start, limit: 9, statuses: ['revoked'] })).items,
    ).toHaveLength(1)
  })

  test('takes the news that an owner changed', async () => {
    connect(redis.server().url)
    await store.poll(null)
    await fill()
    expect(await store.commit(testChange({ announcements: [{ type: 'workspace', workspaceId: 'w' }] }))).toMatchObject({
      ok: true,
    })
  })

  test('refuses all other writes whole, says why, and still answers', async () => {
    connect(redis.server().url)
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { head } = await store.poll(null)
    await fill()
    const fresh = testRecord({ id: testKeyId(3) })
    const writes = [
      () => store.commit(testChange({ writes: [insertKey(fresh)] })),
      () => store.commit(testChange({ writes: [updateKey(record, { name: 'Renamed' })] })),
      () => store.commit(testChange({ writes: [revocation, insertKey(fresh)] })),
      () => store.commit(testChange({ writes: [insertKey({ ...fresh, revokedAt: start })] })),
      () => store.addUsage({ instanceId: 'a', sequence: 1, entries: [testUsageEntry()] }),
    ]
    for (const write of writes) {
      expect(await rejection(write())).toMatchObject({ dependency: 'store', message: expect.stringContaining('OOM') })
    }
    expect(await store.find([record.id, fresh.id])).toEqual(new Map([[record.id, record]]))
    expect((await store.poll(head)).changes).toEqual([])
  })
})

redis.describe('a server that cannot write to its disk', () => {
  test('refuses writes whole, and polls: no one could revoke a key there', async () => {
    connect(redis.server().url)
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { head } = await store.poll(null)
    const [, directory = ''] = await client.config('GET', 'dir')
    // A snapshot that cannot be put in its place is what a full disk looks like to Redis.
    await mkdir(join(directory, 'dump.rdb', 'in-the-way'), { recursive: true })
    await client.call('CONFIG', 'SET', 'save', '3600 1')
    try {
      await client.call('BGSAVE')
      const status = async (): Promise<string> => client.info('persistence')
      await expect.poll(status, { timeout: 10_000 }).toContain('rdb_last_bgsave_status:err')
      for (const write of [insertKey(testRecord({ id: testKeyId(2) })), revocation]) {
        expect(await rejection(store.commit(testChange({ writes: [write] })))).toMatchObject({
          dependency: 'store',
          message: expect.stringContaining('MISCONF'),
        })
      }
      expect(await store.find([record.id])).toEqual(new Map([[record.id, record]]))
      expect(await rejection(store.poll(head))).toMatchObject({ message: expect.stringContaining('MISCONF') })
    } finally {
      await client.call('CONFIG', 'SET', 'save', '')
    }
    expect((await store.poll(head)).changes).toEqual([])
  })
})
