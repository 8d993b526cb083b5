import { compareForList, type KeyQuery, type KeyRecord, matchesQuery } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { testKeyId, testRecord, testSecret } from '@claviger/testing'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../src/keys.ts'
import { type RedisStore, redisStore } from '../src/index.ts'
import { change, freshNamespace, insert, start, update, usageEntry } from './fixtures.ts'
import { indexesFor, indexesIn } from './indexes.ts'

const redis = await serverOrSkip('Redis', startRedis)

redis.describe('listing', () => {
  let namespace: string
  let client: Redis
  let store: RedisStore
  /** How many texts were read. */
  let read: number

  beforeEach(() => {
    namespace = freshNamespace()
    client = new Redis(redis.server().url)
    read = 0
    const counting = new Proxy(client, {
      get(target, name) {
        if (name !== 'call') return Reflect.get(target, name, target) as unknown
        return (command: string, ...args: string[]) => {
          if (command === 'MGET') read += args.length
          return target.call(command, ...args)
        }
      },
    })
    store = redisStore(counting, { namespace, subscriber: false, commandTimeoutMs: 10_000 })
  })
  afterEach(() => client.disconnect())

  async function stored(count: number, overrides: (index: number) => Partial<KeyRecord>): Promise<void> {
    for (let first = 0; first < count; first += 16) {
      const size = Math.min(16, count - first)
      const records = Array.from({ length: size }, (_, index) =>
        testRecord({ id: testKeyId(first + index), createdAt: start + first + index, ...overrides(first + index) }),
      )
      await store.commit(change({ writes: records.map(insert) }))
    }
    read = 0
  }

  /** Follows the cursors to the end. */
  async function all(query: Partial<KeyQuery>): Promise<{ readonly ids: readonly string[]; readonly pages: number }> {
    const ids: string[] = []
    let cursor: string | null = ''
    let pages = 0
    for (; cursor !== null; pages += 1) {
      const from = cursor === '' ? {} : { cursor }
      const page = await store.list({ workspaceId: 'ws_acme', at: start, limit: 100, ...query, ...from })
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    return { ids, pages }
  }

  test('reads a bounded number of keys per call, and comes to what a rare filter matches by its cursors', async () => {
    await stored(5_400, (index) => ({ name: index === 0 ? 'Needle' : 'Hay' }))
    const first = await store.list({ workspaceId: 'ws_acme', at: start, limit: 100, search: 'need' })
    expect(first.items).toEqual([])
    expect(first.nextCursor).not.toBeNull()
    expect(read / 2).toBeLessThan(5_300)
    expect((await all({ search: 'need' })).ids).toEqual([testKeyId(0)])
  })

  test.each([
    ['rotation is due', { attention: { type: 'rotationDue', secretCreatedBefore: start } }],
    ['are unused', { attention: { type: 'unused', lastUsedBefore: start } }],
    ['were never used', { attention: { type: 'neverUsed', createdBefore: start + 1 } }],
    ['expire', { attention: { type: 'expiring', expiresBefore: start } }],
    ['lost their owner', { attention: { type: 'ownerGone' } }],
    ['are of one owner', { ownerId: 'bob' }],
    [
      'are of the owners somebody may see',
      {
        visibleOwners: [
          { type: 'user', id: 'bob' },
          { type: 'service', id: 'x' },
        ],
      },
    ],
  ] as const)('reads no other keys to find the oldest whose %s', async (_, query) => {
    await stored(600, (index) =>
      index === 0
        ? {
            secrets: [testSecret({ createdAt: start - 1 })],
            expiresAt: start - 1,
            ownerGoneAt: start,
            owner: { type: 'user', id: 'bob' },
          }
        : { secrets: [testSecret({ createdAt: start + 1 })] },
    )
    const lastUsedAt = 'attention' in query && query.attention.type === 'unused' ? start - 1 : undefined
    if (lastUsedAt !== undefined) {
      const entries = [usageEntry({ keyId: testKeyId(0), lastUsedAt })]
      await store.addUsage({ instanceId: 'a', sequence: 1, entries })
    }
    read = 0
    expect((await all(query)).ids).toEqual([testKeyId(0)])
    expect(read / 2).toBe(1)
  })

  test('S-12: asks Redis nothing for ids that are no ids', async () => {
    const hostile = [
      '',
      'head',
      '*',
      testKeyId(1).slice(1),
      `${testKeyId(1)}0`,
      `${testKeyId(1)}\n`,
      '{x}:key:00000000',
    ]
    expect((await store.find(hostile)).size).toBe(0)
    expect(read).toBe(0)
  })

  test('pages through what an index finds', async () => {
    await stored(30, (index) => ({ ownerGoneAt: index % 2 === 0 ? start : null }))
    const { ids, pages } = await all({ attention: { type: 'ownerGone' }, limit: 4 })
    expect(ids).toEqual(Array.from({ length: 15 }, (_, index) => testKeyId(28 - 2 * index)))
    expect(pages).toBe(4)
  })

  test('finds by every index what a walk through all keys finds, after any changes', async () => {
    const number = fc.integer({ min: 0, max: 2 })
    const instant = fc.integer({ min: 0, max: 5 }).map((offset) => start + offset)
    const patch = fc.record(
      {
        createdAt: instant,
        expiresAt: fc.option(instant),
        ownerGoneAt: fc.option(instant),
        secrets: instant.map((createdAt) => [testSecret({ createdAt })] as const),
        owner: fc.record({ type: fc.constantFrom('user' as const, 'service' as const), id: fc.constantFrom('a', 'b') }),
      },
      { requiredKeys: [] },
    )
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('write' as const), key: number, patch, silent: fc.boolean() }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('use' as const), key: number, at: instant }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), key: number }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
    )
    const queries: readonly Partial<KeyQuery>[] = [
      ...Array.from({ length: 7 }, (_, offset) => start + offset).flatMap((limit): Partial<KeyQuery>[] => [
        { attention: { type: 'rotationDue', secretCreatedBefore: limit } },
        { attention: { type: 'unused', lastUsedBefore: limit } },
        { attention: { type: 'neverUsed', createdBefore: limit } },
        { attention: { type: 'expiring', expiresBefore: limit } },
      ]),
      { attention: { type: 'ownerGone' } },
      { ownerId: 'a' },
      {
        visibleOwners: [
          { type: 'service', id: 'b' },
          { type: 'user', id: 'a' },
        ],
      },
    ]
    let sequence = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), async (steps) => {
        await client.flushall()
        for (const one of steps) {
          if (one.do === 'purge') {
            await store.purge({ revokedKeysBefore: start + 9 })
            continue
          }
          const id = testKeyId(one.key)
          const found = (await store.find([id])).get(id)
          const current = found === 'corrupt' ? undefined : found
          if (one.do === 'use') {
            const entries = [usageEntry({ keyId: id, lastUsedAt: one.at })]
            await store.addUsage({ instanceId: 'a', sequence: (sequence += 1), entries })
          } else if (current === undefined) {
            const record = testRecord({ id, ...(one.do === 'write' ? one.patch : {}) })
            await store.commit(change({ writes: [insert(record)] }))
          } else if (one.do === 'revoke') {
            await store.commit(change({ writes: [update(current, { revokedAt: start })] }))
          } else if (one.silent) {
            const record = { ...current, ...one.patch }
            const write = { type: 'key', record, expectedRevision: current.revision } as const
            await store.commit(change({ writes: [write], silent: true }))
          } else await store.commit(change({ writes: [update(current, one.patch)] }))
        }
        const found = await store.find(Array.from({ length: 3 }, (_, index) => testKeyId(index)))
        const records = [...found.values()].filter((one) => one !== 'corrupt').sort(compareForList)
        expect(await indexesIn(client, namespace)).toEqual(indexesFor(namespace, records))
        expect((await all({})).ids).toEqual(records.map(({ id }) => id))
        for (const part of queries) {
          const query = { workspaceId: 'ws_acme', at: start, limit: 100, ...part }
          const expected = records.filter((record) => matchesQuery(record, query))
          expect((await all(part)).ids).toEqual(expected.map(({ id }) => id))
        }
      }),
      { seed: 7, numRuns: 40 },
    )
  })

  test('walks the listing where an index holds too many', async () => {
    const { ownerGone } = keyNames(namespace)
    await stored(20, () => ({ ownerGoneAt: start }))
    const many = Array.from({ length: 5_001 }, (_, index) => [start, `0000000000000000${testKeyId(index + 50)}`])
    await client.call('ZADD', ownerGone('ws_acme'), ...many.flat())
    expect((await all({ attention: { type: 'ownerGone' }, limit: 7 })).ids).toHaveLength(20)
  })
})
