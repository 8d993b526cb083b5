import { memoryStore } from '@claviger/store-memory'
import { testClock, testServiceAccount } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { boundedStore } from '../../src/bounds/bounded-store.ts'
import { createBucketOf } from '../../src/cache/bucket.ts'
import { createFence } from '../../src/cache/fence.ts'
import { createOwners } from '../../src/verify/owners.ts'
import { createWithheldGrants } from '../../src/verify/withheld-grants.ts'

const bucketOf = createBucketOf(1, 2)

describe('owners', () => {
  const question = { workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } } as const
  const owners = (resolveOwner: Parameters<typeof createOwners>[0]['resolveOwner'], store = memoryStore()) => {
    const clock = testClock()
    return createOwners({
      store: boundedStore(store, clock, 1_000),
      resolveOwner,
      resources: ['project', 'dataset'],
      fence: createFence(bucketOf),
      withheld: createWithheldGrants(),
      freshness: { confirmed: async () => {} },
      clock,
      own: (work) => work(),
    })
  }

  test('an owner holds all resources, unless the answer says which', async () => {
    const all = await owners(() => ['prompts:read']).read(question)
    expect(all.resources).toEqual({})
    const some = { permissions: ['prompts:read'], resources: { project: ['p2', 'p1', 'p2'], dataset: [] } }
    const limited = await owners(() => some).read(question)
    expect(limited.resources).toEqual({ dataset: [], project: ['p1', 'p2'] })
    expect(limited.grants?.has('prompts:read')).toBe(true)
    const many = Array.from({ length: 10_000 }, (_, index) => `p${index}`)
    expect((await owners(() => ({ permissions: [], resources: { project: many } })).read(question)).resources).toEqual({
      project: [...many].sort(),
    })
  })

  test('an answer with resources that cannot be read is an outage, and opens nothing', async () => {
    const wrong: readonly unknown[] = [
      {},
      { permissions: [] },
      { resources: {} },
      { permissions: [], resources: undefined },
      { permissions: [], resources: null },
      { permissions: [], resources: [] },
      { permissions: [], resources: { projects: ['p1'] } },
      { permissions: [], resources: { project: undefined } },
      { permissions: [], resources: { project: 'p1' } },
      { permissions: [], resources: { project: [7] } },
      { permissions: [], resources: { project: [''] } },
      { permissions: [], resources: { project: Array.from({ length: 10_001 }, (_, index) => `p${index}`) } },
      { permissions: [7], resources: {} },
      { permissions: 'prompts:read', resources: {} },
      { permissions: [], resources: {}, projects: [] },
      Object.create({ permissions: [], resources: {} }),
      new Map([['permissions', []]]),
    ]
    for (const answer of wrong) {
      await expect(owners(() => answer as never).read(question), JSON.stringify(answer)).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        dependency: 'owner',
      })
    }
  })

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
