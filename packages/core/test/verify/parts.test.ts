import { memoryStore } from '@claviger/store-memory'
import { testClock, testRecord, testServiceAccount } from '@claviger/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedStore } from '../../src/bounds/bounded-store.ts'
import { createBucketOf } from '../../src/cache/bucket.ts'
import { createDigests } from '../../src/cache/digest.ts'
import { createFairMemory } from '../../src/cache/fair-memory.ts'
import { createFence } from '../../src/cache/fence.ts'
import { createFlights } from '../../src/cache/flights.ts'
import { createNegatives } from '../../src/cache/negatives.ts'
import { createRevokedKeys } from '../../src/following/revoked.ts'
import { grantSet } from '../../src/permissions/match.ts'
import type { KeyRecord } from '../../src/store/records.ts'
import type { Announcement } from '../../src/store/store.ts'
import { createOwners } from '../../src/verify/owners.ts'
import { bothCover, createWithheldGrants } from '../../src/verify/withheld-grants.ts'

const bucketOf = createBucketOf(1, 2)

describe('the digests', () => {
  test('distinct uses and texts never meet, and another process makes others', () => {
    const digests = createDigests()
    const use = fc.constantFrom('bearer' as const, 'header' as const, 'direct' as const, 'proof' as const)
    fc.assert(
      fc.property(fc.string(), fc.string(), use, use, (s, t, d, e) => {
        expect(digests[d](s) === digests[e](t)).toBe(d === e && s === t)
      }),
      { seed: 1 },
    )
    expect(createDigests().bearer('text')).not.toBe(digests.bearer('text'))
  })

  test('are 32 characters that no one outside can choose, and hold nothing of the text', () => {
    const digest = createDigests().bearer('acme_production_secret')
    expect(digest.length).toBe(32)
    expect(digest).not.toContain('secret')
  })

  test('of proofs have 128 bits', () => {
    expect(createDigests().proof('text').length).toBe(16)
  })
})

describe('the fence', () => {
  test('tells whether anything about a scope, or everything, was dropped in between', () => {
    const fence = createFence(bucketOf)
    const before = fence.stamp('key a')
    expect(fence.stamp('key a')).toBe(before)
    fence.raise('key a')
    expect(fence.stamp('key a')).not.toBe(before)
    const later = fence.stamp('key a')
    fence.raiseAll()
    expect(fence.stamp('key a')).not.toBe(later)
  })
})

describe('flights', () => {
  test('share work of one name and generation, and only that', async () => {
    const flights = createFlights<number>()
    let started = 0
    const start = async (): Promise<number> => ++started
    const [a, b, c] = await Promise.all([
      flights.join('x', 1, start),
      flights.join('x', 1, start),
      flights.join('x', 2, start),
    ])
    expect([a, b, c]).toEqual([1, 1, 2])
    expect(flights.size).toBe(0)
    expect(await flights.join('x', 2, start)).toBe(3)
  })

  test('a flight that fails fails for all who joined, and is not remembered', async () => {
    const flights = createFlights<number>()
    const broken = async (): Promise<number> => {
      throw new Error('broken')
    }
    const results = await Promise.allSettled([flights.join('x', 1, broken), flights.join('x', 1, broken)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await flights.join('x', 1, async () => 7)).toBe(7)
  })
})

describe('negatives', () => {
  test('last two seconds, end with any news about the key, and count a clock that went back as old', () => {
    const clock = testClock()
    const negatives = createNegatives(10, 2_000, clock)
    negatives.add('d', 1)
    expect(negatives.has('d', 1)).toBe(true)
    expect(negatives.has('d', 2)).toBe(false)
    negatives.add('d', 1)
    clock.advance(1_999)
    expect(negatives.has('d', 1)).toBe(true)
    clock.advance(1)
    expect(negatives.has('d', 1)).toBe(false)
    negatives.add('d', 1)
    clock.jumpWall(-1)
    expect(negatives.has('d', 1)).toBe(false)
    for (let index = 0; index < 100; index += 1) negatives.add(`d${index}`, 1)
    expect(negatives.size).toBe(10)
  })
})

describe('revoked keys', () => {
  const forgetting = () => {
    const forgotten: Announcement[] = []
    return { forgotten, cache: { apply: (list: readonly Announcement[]) => void forgotten.push(...list) } }
  }
  const revokedOf = (record: KeyRecord): KeyRecord => ({ ...record, revokedAt: record.updatedAt })

  test('that were seen are remembered, in bounds, and forgotten by the cache at first sight', () => {
    const { forgotten, cache } = forgetting()
    const revoked = createRevokedKeys(3, cache)
    const keys = ['a', 'b', 'c', 'd'].map((id) => testRecord({ id }))
    for (const key of keys) revoked.see(key)
    expect([forgotten, keys.map((key) => revoked.judged(key))]).toEqual([[], keys])
    for (const key of [...keys, testRecord({ id: 'd' })]) revoked.see(revokedOf(key))
    expect(forgotten).toEqual(['a', 'b', 'c', 'd'].map((id) => ({ type: 'key', id })))
    expect(keys.map((key) => revoked.judged(key).revokedAt !== null)).toEqual([false, true, true, true])
  })

  test('of one workspace are not forgotten for another that has revoked more than there is room for', () => {
    const revoked = createRevokedKeys(100, forgetting().cache)
    const own = Array.from({ length: 10 }, (_, index) => testRecord({ id: `own${index}`, workspaceId: 'ws_acme' }))
    const others = Array.from({ length: 1_000 }, (_, index) =>
      testRecord({ id: `other${index}`, workspaceId: 'ws_globex' }),
    )
    for (const key of [...own, ...others]) revoked.see(revokedOf(key))
    const isRemembered = (key: KeyRecord | undefined) => key !== undefined && revoked.judged(key).revokedAt !== null
    expect(own.every(isRemembered)).toBe(true)
    expect(isRemembered(others.at(-1))).toBe(true)
  })

  test('that are suspended are judged on the record, until the last reason ends', () => {
    const revoked = createRevokedKeys(3, forgetting().cache)
    const record = testRecord()
    const revoke = (one: KeyRecord): KeyRecord => ({ ...one, revokedAt: one.updatedAt })
    const stranger = revoked.suspend(record.id, (one) => (one.workspaceId === 'ws_globex' ? revoke(one) : one))
    expect(revoked.judged(record)).toBe(record)
    const first = revoked.suspend(record.id, revoke)
    const second = revoked.suspend(record.id, (one) => ({ ...revoke(one), disabledAt: 7 }))
    first()
    expect(revoked.judged(record)).toEqual({ ...record, revokedAt: record.updatedAt, disabledAt: 7 })
    second()
    stranger()
    expect(revoked.judged(record)).toBe(record)
  })
})

describe('a fair memory', () => {
  test('forgets the oldest of the holder with most, and never exceeds its bound', () => {
    const most = 12
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(40).map(String))), (added) => {
        const memory = createFairMemory(most)
        for (const [group, text] of added) {
          memory.add(group, text)
          expect(memory.has(group, text)).toBe(true)
          expect(memory.size).toBeLessThanOrEqual(most)
        }
        const held = (wanted: string): number =>
          new Set(added.filter(([group]) => group === wanted).map(([, text]) => text)).size
        for (const group of ['a', 'b', 'c']) {
          const kept = Array.from({ length: 41 }, (_, text) => memory.has(group, String(text))).filter(Boolean).length
          expect(kept).toBeGreaterThanOrEqual(Math.min(held(group), most / 3))
        }
      }),
    )
  })
})

describe('withheld grants', () => {
  const owner = { workspaceId: 'ws_acme', owner: { type: 'service', id: 'sa' } } as const

  test('count until they are given back, for that owner alone', () => {
    const withheld = createWithheldGrants()
    const held = grantSet(['prompts:*'])
    const giveBack = withheld.suspend(owner, (grants) => grants && bothCover(grants, grantSet(['*:read'])))
    const judged = withheld.judged(owner, held)
    expect(['prompts:read', 'prompts:write'].map((name) => judged?.has(name))).toEqual([true, false])
    expect(withheld.judged(owner, null)).toBeNull()
    expect(withheld.judged({ ...owner, workspaceId: 'ws_globex' }, held)).toBe(held)
    giveBack()
    expect(withheld.judged(owner, held)).toBe(held)
  })
})

describe('owners', () => {
  const question = { workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } } as const
  const owners = (resolveOwner: Parameters<typeof createOwners>[0]['resolveOwner'], store = memoryStore()) => {
    const clock = testClock()
    return createOwners({
      store: boundedStore(store, clock, 1_000),
      resolveOwner,
      fence: createFence(bucketOf),
      withheld: createWithheldGrants(),
      freshness: { confirmed: async () => {} },
      clock,
      own: (work) => work(),
    })
  }

  test('null means gone', async () => {
    expect((await owners(() => null).read(question)).grants).toBeNull()
  })

  test.each([undefined, '', 'prompts:read', 0, true, {}, [1], [null], ['prompts:read', 7]])(
    '%j is an outage, not a permission',
    async (answer) => {
      await expect(owners(() => answer as never).read(question)).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        dependency: 'owner',
      })
    },
  )

  test('a look-up that throws or rejects is an outage', async () => {
    const throws = (): never => {
      throw new Error('members down')
    }
    await expect(owners(throws).read(question)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await expect(owners(async () => throws()).read(question)).rejects.toMatchObject({ dependency: 'owner' })
  })

  test('an invalid grant grants nothing', async () => {
    const { grants } = await owners(() => ['admin', 'PROMPTS:READ', '', 'prompts:read']).read(question)
    expect(grants?.has('prompts:read')).toBe(true)
    expect(grants?.has('prompts:write')).toBe(false)
  })

  test('concurrent questions about one owner are one, and two owners never share an answer', async () => {
    let asked = 0
    const { read } = owners(({ owner }) => {
      asked += 1
      return [`${owner.id}:read`]
    })
    const bob = { workspaceId: 'ws_acme', owner: { type: 'user', id: 'bob' } } as const
    const reads = await Promise.all([read(question), read(question), read(bob)])
    expect(asked).toBe(2)
    expect(reads.map(({ grants }) => grants?.has('bob:read'))).toEqual([false, false, true])
  })

  test('ids that would join to the same text are different owners', async () => {
    const seen: string[] = []
    const { read } = owners(({ workspaceId, owner }) => {
      seen.push(`${workspaceId}|${owner.id}`)
      return []
    })
    await Promise.all([
      read({ workspaceId: 'a', owner: { type: 'user', id: 'b","user","c' } }),
      read({ workspaceId: 'a","user","b', owner: { type: 'user', id: 'c' } }),
    ])
    expect(seen.length).toBe(2)
  })

  test('a service account is Claviger’s own record: its grants count, deleted it is gone, unknown the host is asked', async () => {
    const store = memoryStore()
    const account = testServiceAccount({ id: 'svc', permissions: ['prompts:read'] })
    const gone = testServiceAccount({ id: 'gone', deletedAt: 1 })
    const write = { type: 'serviceAccount', expectedRevision: 0 } as const
    await store.commit({
      writes: [account, gone].map((record) => ({ ...write, record })),
      activity: [],
      announcements: [],
      nonce: 'n',
      at: 0,
      silent: false,
    })
    const { read } = owners(() => ['context:download'], store)
    const ask = (id: string, workspaceId = 'ws_acme') => read({ workspaceId, owner: { type: 'service', id } })
    expect((await ask('svc')).grants?.has('prompts:read')).toBe(true)
    expect((await ask('svc')).grants?.has('context:download')).toBe(false)
    expect((await ask('gone')).grants).toBeNull()
    expect((await ask('unknown')).grants?.has('context:download')).toBe(true)
    expect((await ask('svc', 'ws_globex')).grants?.has('context:download')).toBe(true)
  })
})
