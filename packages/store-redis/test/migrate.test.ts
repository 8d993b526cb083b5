import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord } from '@claviger/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'
import { freshNamespace } from './support/fixtures.ts'

const redis = await serverOrSkip('Redis', () => startRedis({ keepData: true }))
const day = 86_400_000
const at = 1_735_689_600_000

redis.describe('migrate', () => {
  let client: Redis
  beforeAll(() => {
    client = new Redis(redis.server().url)
  })
  afterAll(() => client.disconnect())

  /** A store with keys as a process wrote them that knows no reminders. */
  async function written(count: number) {
    const namespace = freshNamespace()
    const store = redisStore(client, { namespace, subscriber: false })
    for (let n = 0; n < count; n += 1) {
      const record = testRecord({ id: testKeyId(n), workspaceId: `ws_${n % 3}`, expiresAt: at + 5 * day })
      await store.commit(testChange({ writes: [insertKey(record)] }))
    }
    await client.del(
      ...['expiring', 'rotation-due', 'unused', 'owner-gone'].map((name) => `{${namespace}}:reminders:${name}`),
    )
    const due = async (): Promise<readonly string[]> => {
      const query = { reminder: 'expiring', at, since: at, before: at + 14 * day, limit: 100 } as const
      return (await store.due(query)).items.map(({ id }) => id)
    }
    return { store, due, namespace }
  }

  test('finds keys of every workspace that were written before there were reminders, and no others', async () => {
    const { store, due, namespace } = await written(20)
    await written(3)
    await client.set(`{${namespace}}:key:no-id`, 'of someone else')
    expect(await due()).toEqual([])
    expect(await store.migrate()).toEqual(['reminders: 60 places'])
    expect(await due()).toEqual(Array.from({ length: 20 }, (_, n) => testKeyId(n)))
    expect(await store.migrate()).toEqual([])
  })

  test('leaves alone what stands there, and what was sent', async () => {
    const { store, due } = await written(2)
    await store.migrate()
    const found = await store.find([testKeyId(0)])
    const stored = found.get(testKeyId(0))
    if (stored === undefined || stored === 'corrupt') throw new Error('Expected a key.')
    const record = { ...stored, reminders: { expiring: at } }
    await store.commit(testChange({ writes: [{ type: 'key', record, expectedRevision: 1 }], silent: true }))
    expect(await store.migrate()).toEqual([])
    expect(await due()).toEqual([testKeyId(1)])
  })

  test('says what it may not do', async () => {
    const { namespace } = await written(1)
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '&*', '+@all', '-scan')
    const narrow = new Redis(redis.server().url, { username: 'narrow', password: 'secret' })
    const store = redisStore(narrow, { namespace, subscriber: false })
    await expect(store.migrate()).rejects.toThrow(/scan/i)
    narrow.disconnect()
  })
})
