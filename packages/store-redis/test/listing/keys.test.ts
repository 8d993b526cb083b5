import { compareForList, type KeyQuery, type KeyRecord, matchesQuery } from '@claviger/core/store'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { insertKey, testChange, testKeyId, testRecord, testSecret, testUsageEntry, updateKey } from '@claviger/testing'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyNames } from '../../src/names.ts'
import { type RedisStore, redisStore } from '../../src/index.ts'
import { readTextsScript } from '../../src/scripts/read-texts.ts'
import { freshNamespace, start } from '../support/fixtures.ts'
import { indexesFor, indexesIn, withoutLastUses } from '../support/indexes.ts'

const redis = await serverOrSkip('Redis', startRedis)
const nothing: readonly Partial<KeyQuery>[] = [
  { search: 'needle' },
  { statuses: ['disabled'] },
  { statuses: ['revoked', 'expired', 'rotating'] },
  { environments: ['staging'] },
  { environments: ['staging'], search: 'p', statuses: ['active'] },
  { visibleOwners: [{ type: 'service' }] },
  { attention: [{ type: 'unused', lastUsedBefore: start + 1_000 }] },
]

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
          if (command === 'EVALSHA' && args[0] === readTextsScript.sha) read += Number(args[1])
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
      await store.commit(testChange({ writes: records.map(insertKey) }))
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

  test('walks a bounded part of the listing per call, reads what can match only, and comes to the end by cursors', async () => {
    const { byEnvironment, byName } = keyNames(namespace)
    await stored(5_400, (index) => ({ name: 'Hay', environment: index === 0 ? 'staging' : 'production' }))
    // An index that holds too many to be put in order.
    await fakes(byEnvironment('ws_acme', 'staging'), (place) => place)
    await fakes(byName('ws_acme'), (place) => `hay\0${place}`)
    const query = { environments: ['staging'], search: 'hay' }
    const first = await store.list({ workspaceId: 'ws_acme', at: start, limit: 100, ...query })
    expect(first.items).toEqual([])
    expect(first.nextCursor).not.toBeNull()
    expect(read).toBe(0)
    expect((await all(query)).ids).toEqual([testKeyId(0)])
  })

  /** Puts so many members into a sorted set that it is not read whole. */
  async function fakes(set: string, member: (place: string) => string): Promise<void> {
    const many = Array.from({ length: 5_001 }, (_, index) => [
      0,
      member(`0000000000000000${testKeyId(index + 10_000)}`),
    ])
    await client.call('ZADD', set, ...many.flat())
  }

  test.each([
    ['rotation is due', { attention: [{ type: 'rotationDue', secretCreatedBefore: start }] }],
    ['are unused', { attention: [{ type: 'unused', lastUsedBefore: start }] }],
    ['were never used', { attention: [{ type: 'neverUsed', createdBefore: start + 1 }] }],
    ['expire', { attention: [{ type: 'expiring', expiresBefore: start }] }],
    ['lost their owner', { attention: [{ type: 'ownerGone' }] }],
    ['are disabled', { statuses: ['disabled'] }],
    ['are revoked', { statuses: ['revoked'] }],
    ['rotate', { statuses: ['rotating'] }],
    ['are disabled or expired', { statuses: ['disabled', 'expired'] }],
    ['are in an environment', { environments: ['staging'] }],
    ['are named so', { search: 'need' }],
    ['end so', { search: 'tail' }],
    ['have an id', { search: testKeyId(0) }],
    ['are of one owner', { ownerIds: ['bob'] }],
    ['are of service accounts', { visibleOwners: [{ type: 'service' }] }],
    [
      'meet several conditions',
      { environments: ['staging'], search: 'n', attention: [{ type: 'neverUsed', createdBefore: start + 900 }] },
    ],
    [
      'are of the owners someone may see',
      {
        visibleOwners: [
          { type: 'user', id: 'bob' },
          { type: 'service', id: 'x' },
        ],
      },
    ],
  ] as const)('reads no other keys to find the oldest whose %s', async (_, query) => {
    const [current, previous] = [
      testSecret({ version: 2, createdAt: start - 1, hint: 'acme_production_7Fq2\u2026tail' }),
      testSecret({ createdAt: start - 2, endsAt: start + 1 }),
    ]
    const isOf = (type: string): boolean =>
      'visibleOwners' in query && query.visibleOwners.some((one) => one.type === type)
    const has = (status: string): boolean =>
      'statuses' in query && (query.statuses as readonly string[]).includes(status)
    await stored(600, (index) =>
      index === 0
        ? {
            name: 'Needle',
            environment: 'staging',
            secrets: [current, previous],
            expiresAt: has('rotating') || (has('disabled') && !has('expired')) ? null : start - 1,
            disabledAt: has('disabled') ? start : null,
            revokedAt: has('revoked') ? start : null,
            ownerGoneAt: start,
            owner: { type: isOf('service') && !isOf('user') ? 'service' : 'user', id: 'bob' },
          }
        : { secrets: [testSecret({ createdAt: start + 1 })] },
    )
    const lastUsedAt = 'attention' in query && query.attention[0].type === 'unused' ? start - 1 : undefined
    if (lastUsedAt !== undefined) {
      const entries = [testUsageEntry({ keyId: testKeyId(0), lastUsedAt })]
      await store.addUsage({ instanceId: 'a', sequence: 1, entries })
    }
    read = 0
    expect((await all(query)).ids).toEqual([testKeyId(0)])
    // A search reads what could be its id, besides.
    expect(read / 2).toBeLessThanOrEqual('search' in query && query.search === testKeyId(0) ? 2 : 1)
  })

  test('reads nothing to find that nothing matches', async () => {
    await stored(600, () => ({}))
    for (const query of nothing) {
      expect(await store.list({ workspaceId: 'ws_acme', at: start, limit: 10, ...query })).toEqual({
        items: [],
        nextCursor: null,
      })
    }
    expect(read).toBe(0)
  })

  test('asks Redis nothing for ids that are not ids', async () => {
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
    const { ids, pages } = await all({ attention: [{ type: 'ownerGone' }], limit: 4 })
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
        disabledAt: fc.option(instant),
        environment: fc.constantFrom('production', 'staging'),
        name: fc.constantFrom('Build', 'build "x"', '\u00c4rger', 'B\\'),
        ownerGoneAt: fc.option(instant),
        secrets: fc
          .tuple(instant, fc.constantFrom('aXc9', 'AxC9'), fc.option(instant))
          .map(([createdAt, end, endsAt]) => {
            const current = testSecret({ version: 2, createdAt, hint: `acme_production_7Fq2\u2026${end}` })
            return endsAt === null ? ([current] as const) : ([current, testSecret({ createdAt, endsAt })] as const)
          }),
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
        { attention: [{ type: 'rotationDue', secretCreatedBefore: limit }] },
        { attention: [{ type: 'unused', lastUsedBefore: limit }] },
        { attention: [{ type: 'neverUsed', createdBefore: limit }] },
        { attention: [{ type: 'expiring', expiresBefore: limit }] },
      ]),
      { attention: [{ type: 'ownerGone' }] },
      ...(['active', 'rotating', 'disabled', 'expired', 'revoked'] as const).flatMap((status): Partial<KeyQuery>[] => [
        { statuses: [status] },
        { statuses: [status, 'active'], at: start + 3 },
      ]),
      { environments: ['staging'] },
      ...['b', 'BUILD', 'build "', '\u00e4', 'b\\', 'aXc9', testKeyId(1)].map((search) => ({ search })),
      { environments: ['staging'], search: 'build', statuses: ['disabled', 'active'] },
      { visibleOwners: [{ type: 'service' }] },
      { ownerIds: ['a'] },
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
            const entries = [testUsageEntry({ keyId: id, lastUsedAt: one.at })]
            await store.addUsage({ instanceId: 'a', sequence: (sequence += 1), entries })
          } else if (current === undefined) {
            const record = testRecord({ id, ...(one.do === 'write' ? one.patch : {}) })
            await store.commit(testChange({ writes: [insertKey(record)] }))
          } else if (one.do === 'revoke') {
            await store.commit(testChange({ writes: [updateKey(current, { revokedAt: start })] }))
          } else if (one.silent) {
            const record = { ...current, ...one.patch }
            const write = { type: 'key', record, expectedRevision: current.revision } as const
            await store.commit(testChange({ writes: [write], silent: true }))
          } else await store.commit(testChange({ writes: [updateKey(current, one.patch)] }))
        }
        const found = await store.find(Array.from({ length: 3 }, (_, index) => testKeyId(index)))
        const records = [...found.values()].filter((one) => one !== 'corrupt').sort(compareForList)
        const [actual, wanted] = [await indexesIn(client, namespace), indexesFor(namespace, records)]
        expect(withoutLastUses(namespace, actual)).toEqual(withoutLastUses(namespace, wanted))
        expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort())
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
    expect((await all({ attention: [{ type: 'ownerGone' }], limit: 7 })).ids).toHaveLength(20)
  })
})
