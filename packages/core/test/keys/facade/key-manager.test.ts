import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import type { Actor, KeyManager, MemberActor } from '../../../src/index.ts'
import { fails, withoutLocks } from '../../support/observed-store.ts'
import { ada, setUp } from '../../support/set-up.ts'

const user = (id: string, more: Partial<MemberActor> = {}): MemberActor => ({
  type: 'user',
  id,
  workspaceId: 'ws_acme',
  permissions: ['prompts:*'],
  ...more,
})
const named = { name: 'Production', environment: 'production' } as const

describe('create', () => {
  test('gives the default permissions, as far as the actor holds them', async () => {
    const { keyring } = setUp()
    const { key, token } = await keyring.as(user('ada')).create(named)
    expect(key).toMatchObject({
      ...named,
      workspaceId: 'ws_acme',
      owner: ada,
      createdBy: ada,
      permissions: ['prompts:list', 'prompts:read'],
      status: 'active',
      revision: 1,
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
      metadata: {},
    })
    expect(token).toMatch(/^acme_production_[0-9A-Za-z]{65}$/)
    expect(key.hint).toBe(`acme_production_${key.id.slice(0, 4)}…${token.slice(-4)}`)
    expect(JSON.stringify(key)).not.toContain(token.slice(-49, -6))
  })

  test('stores what is given: sorted grants without repetition, description, metadata, expiry', async () => {
    const { create, clock } = setUp()
    const expiresAt = new Date(clock.now() + 1)
    const { key } = await create({
      permissions: ['prompts:*', 'context:download', 'prompts:*'],
      description: 'for the search\nservice',
      metadata: { team: 'search' },
      expiresAt,
    })
    expect(key).toMatchObject({
      permissions: ['context:download', 'prompts:*'],
      description: 'for the search\nservice',
      metadata: { team: 'search' },
      expiresAt,
    })
  })

  test.each<[string, object]>([
    ['id', { id: 'x' }],
    ['ownerId', { ownerId: 'eve' }],
    ['workspaceId', { workspaceId: 'ws_globex' }],
    ['revokedAt', { revokedAt: null }],
    ['__proto__x', { ['__proto__x']: 1 }],
    ['name', { name: undefined }],
    ['name', { name: '' }],
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(129) }],
    ['name', { name: 'a\r\nb' }],
    ['name', { name: 'a\u202eb' }],
    ['name', { name: 7 }],
    ['environment', { environment: 'prod' }],
    ['environment', { environment: undefined }],
    ['description', { description: 'x'.repeat(2_001) }],
    ['description', { description: 'a\u0000' }],
    ['permissions', { permissions: '*:*' }],
    ['permissions', { permissions: {} }],
    ['permissions', { permissions: null }],
    ['permissions', { permissions: Array(257).fill('prompts:read') }],
    ['permissions[0]', { permissions: [['prompts:read']] }],
    ['permissions[1]', { permissions: Object.assign(Array(2), { 0: 'prompts:read' }) }],
    ['permissions[0]', { permissions: ['prompts:raed'] }],
    ['permissions[0]', { permissions: ['moon:*'] }],
    ['permissions[0]', { permissions: ['!prompts:read'] }],
    ['permissions[0]', { permissions: ['prompts:read context:download'] }],
    ['permissions[0]', { permissions: ['PROMPTS:READ'] }],
    ['permissions[0]', { permissions: ['**'] }],
    ['owner', { owner: 'ada' }],
    ['owner', { owner: { type: 'key', id: 'x' } }],
    ['owner.id', { owner: { type: 'user', id: '' } }],
    ['owner.id', { owner: { type: 'user', id: 'a\nb' } }],
    ['expiresAt', { expiresAt: new Date(0) }],
    ['expiresAt', { expiresAt: new Date(Number.NaN) }],
    ['expiresAt', { expiresAt: Number.POSITIVE_INFINITY }],
    ['expiresAt', { expiresAt: 'tomorrow' }],
    ['metadata', { metadata: [] }],
    ['metadata', { metadata: { '': 'x' } }],
    ['metadata.a', { metadata: { a: 1 } }],
  ])('refuses a wrong %s and stores nothing', async (field, wrong) => {
    const { create, store } = setUp()
    await expect(create(wrong as never)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
    expect(store.calls.commit).toBeUndefined()
  })

  test('an actor grants nothing it does not hold, and is told what', async () => {
    const { keyring, store } = setUp()
    const keys = keyring.as(user('ada', { permissions: ['prompts:read', 'context:*'] }))
    await expect(
      keys.create({ ...named, permissions: ['prompts:read', 'prompts:write', 'prompts:*'] }),
    ).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      missing: ['prompts:*', 'prompts:write'],
    })
    expect(store.calls.commit).toBeUndefined()
    await expect(keys.create({ ...named, permissions: ['context:download'] })).resolves.toBeDefined()
  })

  test('keys:manage is granted only by an actor that holds exactly that', async () => {
    const { keyring } = setUp()
    const permissions = ['keys:manage'] as const
    const holder = keyring.as(user('ada', { permissions: ['*:*'] }))
    await expect(holder.create({ ...named, permissions })).rejects.toMatchObject({ missing: ['keys:manage'] })
    const manager = keyring.as(user('ada', { permissions: ['keys:manage'] }))
    expect((await manager.create({ ...named, permissions })).key.permissions).toEqual(['keys:manage'])
  })

  test('an actor creates keys for itself and for a managed service account, for no one else', async () => {
    const { keyring } = setUp()
    const bob = { type: 'user', id: 'bob' } as const
    const bot = { type: 'service', id: 'bot' } as const
    const plain = keyring.as(user('ada'))
    const admin = keyring.as(user('ada', { can: { manageServiceAccounts: true, listAll: true } }))
    const refused = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'create' }
    await expect(plain.create({ ...named, owner: bob })).rejects.toMatchObject(refused)
    await expect(admin.create({ ...named, owner: bob })).rejects.toMatchObject(refused)
    await expect(plain.create({ ...named, owner: bot })).rejects.toMatchObject(refused)
    expect((await admin.create({ ...named, owner: bot })).key.owner).toEqual(bot)
    expect((await plain.create({ ...named, owner: ada })).key.owner).toEqual(ada)
  })

  test('the system actor must say whose the key is', async () => {
    const { keys } = setUp()
    await expect(keys.create(named)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
  })

  test('an actor that may not create is refused', async () => {
    const { keyring } = setUp()
    const keys = keyring.as(user('ada', { can: { create: false } }))
    await expect(keys.create(named)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'create' })
  })

  test('an id that is taken is drawn again', async () => {
    const shared = memoryStore()
    const first = setUp({ on: shared.connect(), seed: 5 })
    const taken = await first.create()
    const second = setUp({ on: shared.connect(), seed: 5 })
    const { key, token } = await second.create()
    expect(key.id).not.toBe(taken.key.id)
    expect(await second.keyring.verify(token)).toMatchObject({ ok: true })
    expect(await second.keyring.verify(taken.token)).toMatchObject({ ok: true })
  })

  test('without randomness nothing is created', async () => {
    const { create, store } = setUp({
      random: () => {
        throw new Error('no entropy')
      },
    })
    await expect(create()).rejects.toThrow('no entropy')
    expect(store.calls.commit).toBeUndefined()
  })

  test('with a longest life, a key must expire within it', async () => {
    const { create, clock } = setUp({ policy: { maxLifetime: 1_000 } })
    await expect(create()).rejects.toMatchObject({ field: 'expiresAt' })
    await expect(create({ expiresAt: new Date(clock.now() + 1_001) })).rejects.toMatchObject({ field: 'expiresAt' })
    expect((await create({ expiresAt: new Date(clock.now() + 1_000) })).key.expiresAt).toBeInstanceOf(Date)
  })

  test('is written to the activity log in the same commit, without a secret', async () => {
    const shared = memoryStore()
    const { create, clock } = setUp({ on: shared })
    const { key, token } = await create()
    const { items } = await shared.activity({ workspaceId: 'ws_acme', limit: 10 })
    expect(items).toMatchObject([
      {
        action: 'key.created',
        at: clock.now(),
        actor: { type: 'system', id: 'system' },
        target: { type: 'key', id: key.id },
        before: null,
        after: { name: 'Production', environment: 'production' },
      },
    ])
    expect(JSON.stringify(items)).not.toContain(token.slice(-49, -6))
  })
})

describe('get and list', () => {
  test('another workspace’s id, an unknown id and nonsense are one error, after the same one query', async () => {
    const { create, keyring, store } = setUp()
    const { key } = await create()
    const stranger = keyring.as(user('ada', { workspaceId: 'ws_globex', can: { listAll: true } }))
    const errors: unknown[] = []
    for (const id of [key.id, '0000000000000000']) {
      const before = store.calls.find ?? 0
      errors.push(await stranger.get(id).catch((error: Error) => `${error.name} ${error.message}`))
      expect((store.calls.find ?? 0) - before).toBe(1)
    }
    for (const id of ['', '../x', null, {}, 'a'.repeat(1_000_000)]) {
      errors.push(await stranger.get(id as string).catch((error: Error) => `${error.name} ${error.message}`))
    }
    expect(new Set(errors).size).toBe(1)
    expect(errors[0]).toMatch(/^KeyNotFoundError/)
  })

  test('an actor sees its own keys; with listAll, all; with manageServiceAccounts, those of services too', async () => {
    const { create, keyring } = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const own = await create()
    const others = await create({ owner: { type: 'user', id: 'bob' } })
    const bots = await create({ owner: { type: 'service', id: 'ada' } })
    const seen = async (actor: Actor): Promise<string[]> => {
      const keys = keyring.as(actor)
      const listed = (await keys.list()).items.map(({ id }) => id)
      for (const { key } of [own, others, bots]) {
        const got = keys.get(key.id)
        if (listed.includes(key.id)) expect((await got).id).toBe(key.id)
        else await expect(got).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
      }
      return listed.sort()
    }
    const ids = (...created: { key: { id: string } }[]): string[] => created.map(({ key }) => key.id).sort()
    expect(await seen(user('ada'))).toEqual(ids(own))
    expect(await seen(user('ada', { can: { manageServiceAccounts: true } }))).toEqual(ids(own, bots))
    expect(await seen(user('ada', { can: { listAll: true } }))).toEqual(ids(own, others, bots))
    expect(await seen(user('eve'))).toEqual([])
    const manages = await create({ owner: { type: 'user', id: 'eve' }, permissions: ['keys:manage'] })
    expect(await seen({ ...user(manages.key.id), type: 'key', permissions: ['keys:manage'] })).toEqual([])
    expect(await seen(user('ada', { workspaceId: 'ws_globex', can: { listAll: true } }))).toEqual([])
  })

  test('listing filters, pages and orders newest first', async () => {
    const { create, keys, clock } = setUp()
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1) {
      clock.advance(1)
      const { key } = await create({ name: `Key ${index}`, environment: index % 2 === 0 ? 'ci' : 'production' })
      ids.unshift(key.id)
    }
    await keys.revoke(ids[0] ?? '')
    const all: string[] = []
    let cursor: string | undefined
    do {
      const page = await keys.list({ limit: 3, ...(cursor !== undefined && { cursor }) })
      all.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(all).toEqual(ids)
    const names = async (input: Parameters<KeyManager['list']>[0]): Promise<string[]> =>
      (await keys.list(input)).items.map(({ name }) => name)
    expect(await names({ status: 'revoked' })).toEqual(['Key 6'])
    expect(await names({ status: ['active', 'rotating'], environment: 'ci' })).toEqual(['Key 4', 'Key 2', 'Key 0'])
    expect(await names({ search: 'key 3' })).toEqual(['Key 3'])
    expect(await names({ search: ids[1] ?? '' })).toEqual(['Key 5'])
    expect(await names({ ownerId: 'nobody' })).toEqual([])
  })

  test.each<[string, object]>([
    ['workspaceId', { workspaceId: 'ws_globex' }],
    ['status', { status: 'dead' }],
    ['status', { status: [7] }],
    ['environment', { environment: 'prod' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 101 }],
    ['limit', { limit: '10' }],
    ['search', { search: {} }],
    ['cursor', { cursor: 'bm9wZQ' }],
  ])('a wrong %s is refused', async (field, wrong) => {
    const { keys } = setUp()
    await expect(keys.list(wrong as never)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })

  test('a row that cannot be read is not found, for its own workspace too', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    store.find = async () => new Map([[key.id, 'corrupt']])
    await expect(keys.get(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
  })

  test('a store that fails is unavailable, not empty', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    for (const method of ['find', 'list'] as const) store.before(method, fails)
    await expect(keys.get(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await expect(keys.list()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })
})

describe('revoke', () => {
  test('again changes nothing, and keeps the first time and reason', async () => {
    const { create, keys, clock, store } = setUp()
    const { key } = await create()
    const first = await keys.revoke(key.id, { reason: 'leaked' })
    expect(first).toMatchObject({
      status: 'revoked',
      revokedReason: 'leaked',
      revokedAt: new Date(clock.now()),
      revision: 2,
    })
    clock.advance(1_000)
    const commits = store.calls.commit
    expect(await keys.revoke(key.id, { reason: 'again' })).toEqual(first)
    expect(store.calls.commit).toBe(commits)
  })

  test('fifty at once are one revocation, and all of them succeed', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    const revoked = await Promise.all(
      Array.from({ length: 50 }, (_, index) => keys.revoke(key.id, { reason: `r${index}` })),
    )
    expect(new Set(revoked.map(({ revokedReason }) => revokedReason)).size).toBe(1)
    expect(new Set(revoked.map(({ revision }) => revision))).toEqual(new Set([2]))
  })

  test('a revoke that lost to other changes tries again until it wins', async () => {
    const { create, keys, store } = setUp({ on: withoutLocks(memoryStore()) })
    const { key } = await create()
    const { commit } = store
    let conflicts = 3
    store.commit = async (change) => {
      if (conflicts-- > 0) return { ok: false, reason: 'conflict', write: 0, current: null }
      return commit(change)
    }
    expect(await keys.revoke(key.id)).toMatchObject({ status: 'revoked' })
    const other = await create()
    store.commit = async () => ({ ok: false, reason: 'conflict', write: 0, current: null })
    await expect(keys.revoke(other.key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
  })

  test('only what the actor sees, and only if it may', async () => {
    const { create, keyring } = setUp()
    const { key } = await create()
    const notFound = { code: 'ERR_CLAVIGER_KEY_NOT_FOUND' }
    await expect(keyring.as(user('eve')).revoke(key.id)).rejects.toMatchObject(notFound)
    await expect(keyring.as(user('ada', { workspaceId: 'ws_globex' })).revoke(key.id)).rejects.toMatchObject(notFound)
    const barred = keyring.as(user('ada', { can: { revoke: false } }))
    await expect(barred.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'revoke' })
    expect(await keyring.as(user('ada')).revoke(key.id)).toMatchObject({ status: 'revoked' })
  })

  test('a reason is bounded text', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    await expect(keys.revoke(key.id, { reason: 'x'.repeat(501) })).rejects.toMatchObject({ field: 'reason' })
  })
})

describe('as', () => {
  test.each([
    ['actor', undefined],
    ['actor.type', { ...user('ada'), type: 'robot' }],
    ['actor.workspaceId', { ...user('ada'), workspaceId: '' }],
    ['actor.workspaceId', { ...user('ada'), workspaceId: undefined }],
    ['actor.id', { ...user('ada'), id: 7 }],
    ['actor.permissions', { ...user('ada'), permissions: '*' }],
    ['actor.can.rovoke', { ...user('ada'), can: { rovoke: false } }],
    ['actor.can.revoke', { ...user('ada'), can: { revoke: 'no' } }],
    ['actor.can', { ...user('ada'), can: new Map([['revoke', false]]) }],
    ['actor.can', { ...user('ada'), can: null }],
    ['actor.cann', { ...user('ada'), cann: { rotate: false } }],
    ['actor.environment', { ...user('ada'), environment: 'staging' }],
    ['actor.expiresAt', { ...user('ada'), expiresAt: new Date(0) }],
    ['actor.owner', { ...user('ada'), owner: ada }],
    ['actor', new Map(Object.entries(user('ada')))],
    ['actor', Object.create(user('ada')) as object],
  ])('refuses a wrong %s', (field, actor) => {
    expect(() => setUp().keyring.as(actor as Actor)).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_VALIDATION', field }),
    )
  })
})

test('list leaves out what ended, when it is told to', async () => {
  const { keys, create, clock } = setUp()
  const { key: expired } = await create({ expiresIn: '1d' })
  const { key: revoked } = await create()
  const { key: disabled } = await create()
  const { key: alive } = await create()
  await keys.revoke(revoked.id)
  await keys.disable(disabled.id)
  clock.jumpWall(86_400_000)
  const ids = async (input: Parameters<typeof keys.list>[0]) =>
    (await keys.list(input)).items.map(({ id }) => id).sort()
  expect(await ids({ ended: false })).toEqual([disabled.id, alive.id].sort())
  expect(await ids({ ended: true })).toEqual([expired.id, revoked.id, disabled.id, alive.id].sort())
  await expect(keys.list({ ended: false, status: 'revoked' })).rejects.toMatchObject({ field: 'ended' })
  await expect(keys.list({ ended: 'no' as never })).rejects.toMatchObject({ field: 'ended' })
})
