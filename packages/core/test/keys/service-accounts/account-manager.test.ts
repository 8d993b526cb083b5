import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import type { Actor, ServiceAccount } from '../../../src/index.ts'
import { actingKey } from '../../support/acting-key.ts'
import { admin, named, user } from '../../support/actors.ts'
import { fails, withoutLocks } from '../../support/observed-store.ts'
import { setUp } from '../../support/set-up.ts'

const bot = { name: 'bot', permissions: ['prompts:*'] } as const
const ownedBy = ({ id }: ServiceAccount) => ({ ...named, owner: { type: 'service', id } }) as const

describe('a service account', () => {
  test('is made, read and listed', async () => {
    const { keys, clock } = setUp()
    const account = await keys.serviceAccounts.create({
      name: 'bot',
      description: 'for CI',
      permissions: ['prompts:read', 'context:*', 'prompts:read'],
    })
    expect(account).toEqual({
      id: expect.stringMatching(/^sa_[0-9A-Za-z]{16}$/),
      workspaceId: 'ws_acme',
      revision: 1,
      name: 'bot',
      description: 'for CI',
      permissions: ['context:*', 'prompts:read'],
      createdBy: { type: 'system', id: 'system' },
      createdAt: new Date(clock.now()),
      updatedAt: new Date(clock.now()),
      deletedAt: null,
    })
    expect(await keys.serviceAccounts.get(account.id)).toEqual(account)
    expect(await keys.serviceAccounts.list()).toEqual({ items: [account], nextCursor: null })
  })

  test('is found among others by its id: for the names of owners', async () => {
    const { keys, keyring } = setUp()
    const [one, two] = [await keys.serviceAccounts.create(bot), await keys.serviceAccounts.create(bot)]
    await keys.serviceAccounts.create(bot)
    const list = (ids: readonly string[]) => keys.serviceAccounts.list({ ids, includeDeleted: true, limit: 100 })
    expect((await list([two.id, one.id, 'sa_0000000000000000'])).items.map(({ id }) => id).sort()).toEqual(
      [one.id, two.id].sort(),
    )
    await keys.serviceAccounts.delete(two.id)
    expect((await list([two.id])).items).toMatchObject([{ id: two.id, deletedAt: expect.any(Date) }])
    const others = keyring.as(admin({ workspaceId: 'ws_globex' }))
    expect((await others.serviceAccounts.list({ ids: [one.id] })).items).toEqual([])
    await expect(list([])).rejects.toMatchObject({ field: 'ids' })
    await expect(list(Array.from({ length: 101 }, String))).rejects.toMatchObject({ field: 'ids' })
  })

  test('is listed newest first, page by page; deleted ones when asked for', async () => {
    const { keys, clock } = setUp()
    const made: string[] = []
    for (let index = 0; index < 5; index += 1) {
      clock.advance(1)
      made.unshift((await keys.serviceAccounts.create({ ...bot, name: `bot ${index}` })).id)
    }
    await keys.serviceAccounts.delete(made[2] ?? '')
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await keys.serviceAccounts.list({ limit: 2, ...(cursor !== undefined && { cursor }) })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(made.filter((_, index) => index !== 2))
    expect((await keys.serviceAccounts.list({ includeDeleted: true })).items.map(({ id }) => id)).toEqual(made)
  })

  test('bounds its keys, whatever the host would say of its id', async () => {
    const { keyring, keys } = setUp({ resolveOwner: () => ['*:*'] })
    const account = await keys.serviceAccounts.create({ ...bot, permissions: ['prompts:read'] })
    const { key, token } = await keys.create({ ...ownedBy(account), permissions: ['prompts:read'] })
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({ ok: true })
    await keys.serviceAccounts.update(account.id, { permissions: [] })
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({
      ok: false,
      code: 'owner_lacks_permission',
      keyId: key.id,
    })
  })

  test('its keys are granted no more than it holds; by default, what it holds of the defaults', async () => {
    const { keys } = setUp()
    const account = await keys.serviceAccounts.create({ ...bot, permissions: ['prompts:read', 'context:*'] })
    await expect(keys.create({ ...ownedBy(account), permissions: ['prompts:*', 'context:*'] })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
      holder: 'owner',
      missing: ['prompts:*'],
    })
    expect((await keys.create(ownedBy(account))).key.permissions).toEqual(['context:download', 'prompts:read'])
  })

  test('is given no more than the actor holds, at first and later; less is always possible', async () => {
    const { keyring } = setUp()
    const { serviceAccounts } = keyring.as(user('ada', { can: { manageServiceAccounts: true } }))
    await expect(
      serviceAccounts.create({ name: 'bot', permissions: ['prompts:read', 'context:*', '*:*'] }),
    ).rejects.toMatchObject({ code: 'ERR_CLAVIGER_PERMISSION_CEILING', holder: 'actor', missing: ['*:*', 'context:*'] })
    const account = await serviceAccounts.create(bot)
    await expect(serviceAccounts.update(account.id, { permissions: ['*:read'] })).rejects.toMatchObject({
      missing: ['*:read'],
    })
    const wide = await keyring.as(admin()).serviceAccounts.create({ name: 'wide', permissions: ['*:*'] })
    expect(await serviceAccounts.update(wide.id, { permissions: ['context:download'] })).toMatchObject({
      permissions: ['context:download'],
    })
  })

  test('keys:manage is given only by an actor that holds exactly that', async () => {
    const { keyring } = setUp()
    const { serviceAccounts } = keyring.as(admin({ permissions: ['*:*'] }))
    await expect(serviceAccounts.create({ name: 'bot', permissions: ['keys:manage'] })).rejects.toMatchObject({
      missing: ['keys:manage'],
    })
  })

  test('an update changes what is given; where nothing changes, nothing is written', async () => {
    const { keys, store, clock } = setUp()
    const account = await keys.serviceAccounts.create({ ...bot, description: 'old' })
    clock.advance(5)
    const commits = store.calls.commit
    expect(await keys.serviceAccounts.update(account.id, { ...bot, description: 'old' })).toEqual(account)
    expect(await keys.serviceAccounts.update(account.id, {})).toEqual(account)
    expect(store.calls.commit).toBe(commits)
    expect(await keys.serviceAccounts.update(account.id, { name: 'Bot', description: null })).toEqual({
      ...account,
      name: 'Bot',
      description: null,
      revision: 2,
      updatedAt: new Date(clock.now()),
    })
    const late = keys.serviceAccounts.update(account.id, { name: 'Late' }, { revision: 1 })
    await expect(late).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT' })
    expect(await keys.serviceAccounts.update(account.id, { name: 'In time' }, { revision: 2 })).toMatchObject({
      revision: 3,
    })
  })

  test('deleted, it takes its keys with it, of every environment and state, and gets no new ones', async () => {
    const { create, keyring, keys, clock } = setUp()
    const account = await keys.serviceAccounts.create(bot)
    const owned = ownedBy(account)
    const tokens: string[] = []
    for (const environment of ['production', 'ci']) tokens.push((await keys.create({ ...owned, environment })).token)
    const disabled = await keys.create(owned)
    await keys.disable(disabled.key.id)
    const rotating = await keys.create(owned)
    tokens.push((await keys.rotate(rotating.key.id)).token, rotating.token)
    const expired = await keys.create({ ...owned, expiresIn: '1ms' })
    const other = await create()
    clock.advance(1)
    const deleted = await keys.serviceAccounts.delete(account.id)
    expect(deleted).toMatchObject({ id: account.id, deletedAt: new Date(clock.now()) })
    for (const token of [...tokens, disabled.token, expired.token]) {
      expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    }
    const { items } = await keys.list({ ownerId: account.id })
    expect(items.length).toBe(5)
    for (const { revokedReason } of items) expect(revokedReason).toMatch(/service account was deleted/)
    expect(await keyring.verify(other.token)).toMatchObject({ ok: true })
    await expect(keys.create(owned)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'owner' })
    expect(await keys.serviceAccounts.get(account.id)).toEqual(deleted)
    await expect(keys.serviceAccounts.update(account.id, { name: 'x' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND',
    })
  })

  test('deleted by a key that acts in one environment, it takes its keys of every other as well', async () => {
    const all = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const { keyring, keys } = all
    const account = await keys.serviceAccounts.create(bot)
    const { key, token } = await keys.create({ ...ownedBy(account), environment: 'ci' })
    const actor = await actingKey(all, { listAll: true, manageServiceAccounts: true })
    await expect(keyring.as(actor).revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
    await keyring.as(actor).serviceAccounts.delete(account.id)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    expect(await keys.get(key.id)).toMatchObject({ status: 'revoked' })
  })

  test('more keys than one page holds are all revoked', async () => {
    const { keys } = setUp()
    const account = await keys.serviceAccounts.create(bot)
    for (let index = 0; index < 230; index += 1) await keys.create(ownedBy(account))
    await keys.serviceAccounts.delete(account.id)
    expect((await keys.list({ status: ['active', 'rotating', 'disabled', 'expired'] })).items).toEqual([])
  })

  test('deleted again, it is as it was; keys an earlier attempt left are revoked then', async () => {
    const { keyring, keys, store, clock } = setUp()
    const account = await keys.serviceAccounts.create(bot)
    const { key, token } = await keys.create(ownedBy(account))
    store.before('list', fails)
    await expect(keys.serviceAccounts.delete(account.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
      action: 'serviceAccount.deleted',
      target: { type: 'serviceAccount', id: account.id },
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'owner_gone' })
    expect(await keys.get(key.id)).toMatchObject({ status: 'active' })
    store.before('list', undefined)
    const first = await keys.serviceAccounts.get(account.id)
    clock.advance(1_000)
    expect(await keys.serviceAccounts.delete(account.id)).toEqual(first)
    expect(await keys.get(key.id)).toMatchObject({ status: 'revoked' })
  })

  test('keys whose revocation the store does not confirm are still refused, and the error says so', async () => {
    const { keyring, keys, store } = setUp({ on: withoutLocks(memoryStore()) })
    const account = await keys.serviceAccounts.create(bot)
    const { token } = await keys.create(ownedBy(account))
    const { commit } = store
    store.commit = async (change) => {
      if (change.writes.some(({ type }) => type === 'key')) throw new Error('disk full')
      return commit(change)
    }
    await expect(keys.serviceAccounts.delete(account.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'owner_gone' })
  })

  test('one whose stored row cannot be read owns nothing new, and is unavailable rather than gone', async () => {
    const shared = memoryStore()
    const broken = {
      ...shared,
      services: async (query: Parameters<typeof shared.services>[0]) => {
        const page = await shared.services(query)
        return { ...page, items: page.items.map((account) => ({ ...account, permissions: '*:*' as never })) }
      },
    }
    const { keys } = setUp({ on: broken })
    const account = await keys.serviceAccounts.create(bot)
    for (const call of [() => keys.serviceAccounts.get(account.id), () => keys.create(ownedBy(account))]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
    }
  })

  test('a change that is stored succeeds, and is told once, although the answer of the store was lost', async () => {
    const heard: string[] = []
    const { keys, store } = setUp({ onEvent: ({ type }) => void heard.push(type) })
    const answers = () => store.after('commit', undefined)
    const isLost = () =>
      store.after('commit', () => {
        answers()
        throw new Error('connection reset')
      })
    isLost()
    const account = await keys.serviceAccounts.create(bot)
    isLost()
    const renamed = await keys.serviceAccounts.update(account.id, { name: 'renamed' })
    isLost()
    const narrowed = await keys.serviceAccounts.update(account.id, { permissions: ['prompts:read'] })
    isLost()
    const deleted = await keys.serviceAccounts.delete(account.id)
    expect(await keys.serviceAccounts.get(account.id)).toEqual(deleted)
    expect([account.revision, renamed.revision, narrowed.revision, deleted.revision]).toEqual([1, 2, 3, 4])
    expect(heard).toEqual([
      'serviceAccount.created',
      'serviceAccount.updated',
      'serviceAccount.updated',
      'serviceAccount.deleted',
    ])
  })

  test('a change whose answer was lost and that is not stored fails as an outage', async () => {
    const { keys, store } = setUp()
    const account = await keys.serviceAccounts.create(bot)
    store.before('commit', fails)
    const unavailable = { code: 'ERR_CLAVIGER_UNAVAILABLE' }
    await expect(keys.serviceAccounts.create(bot)).rejects.toMatchObject(unavailable)
    await expect(keys.serviceAccounts.update(account.id, { name: 'renamed' })).rejects.toMatchObject(unavailable)
    expect(await keys.serviceAccounts.get(account.id)).toEqual(account)
  })

  test('gives up when others are first every time, and says so', async () => {
    const { keys, store } = setUp({ on: withoutLocks(memoryStore()) })
    const account = await keys.serviceAccounts.create(bot)
    store.commit = async () => ({ ok: false, reason: 'conflict', write: 0, current: null })
    const conflict = { code: 'ERR_CLAVIGER_CONFLICT' }
    await expect(keys.serviceAccounts.create(bot)).rejects.toMatchObject(conflict)
    await expect(keys.serviceAccounts.update(account.id, { name: 'x' })).rejects.toMatchObject(conflict)
    await expect(keys.serviceAccounts.delete(account.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    store.commit = async () => ({ ok: false, reason: 'conflict', write: 1, current: null })
    await expect(keys.create(ownedBy(account))).rejects.toMatchObject(conflict)
  })
})

describe('who may', () => {
  const calls = (actor: Actor): ((() => Promise<unknown>) | undefined)[] => {
    const { serviceAccounts } = setUp().keyring.as(actor)
    return [
      () => serviceAccounts.create(bot),
      () => serviceAccounts.get('sa_x'),
      () => serviceAccounts.list(),
      () => serviceAccounts.update('sa_x', {}),
      () => serviceAccounts.delete('sa_x'),
    ]
  }

  test.each<[string, Actor]>([
    ['said nothing', user('ada', { permissions: ['*:*', 'keys:manage'] })],
    ['listAll alone', admin({ can: { listAll: true } })],
    ['an explicit no', admin({ can: { manageServiceAccounts: false } })],
    ['a key without keys:manage', { ...admin({ permissions: ['*:*'] }), type: 'key' }],
  ])('with %s, no one manages service accounts', async (_, actor) => {
    for (const call of calls(actor)) {
      await expect(call?.()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'manageServiceAccounts' })
    }
  })

  test('a key may, when it holds keys:manage and the host says so', async () => {
    const all = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const acting = await actingKey(all, { manageServiceAccounts: true })
    // An account knows no environment, so a key that is bound to one cannot create any.
    const { environment: _, ...actor } = acting
    const wide = { ...actor, permissions: ['keys:manage', 'prompts:*'] }
    expect(await all.keyring.as(wide).serviceAccounts.create(bot)).toMatchObject({
      createdBy: { type: 'key', id: actor.id },
    })
  })
})

describe('wrong input', () => {
  test.each<[string, object]>([
    ['workspaceId', { workspaceId: 'ws_globex' }],
    ['id', { id: 'sa_x' }],
    ['deletedAt', { deletedAt: null }],
    ['name', { name: '' }],
    ['name', { name: 'a\r\nb' }],
    ['description', { description: 'x'.repeat(2_001) }],
    ['permissions', { permissions: '*:*' }],
    ['permissions', { permissions: null }],
    ['permissions[0]', { permissions: ['prompts:raed'] }],
  ])('a wrong %s is refused, at first and later, and nothing is written', async (field, wrong) => {
    const { keys, store } = setUp()
    const account = await keys.serviceAccounts.create(bot)
    const commits = store.calls.commit
    const refused = { code: 'ERR_CLAVIGER_VALIDATION', field }
    await expect(keys.serviceAccounts.create({ ...bot, ...wrong })).rejects.toMatchObject(refused)
    await expect(keys.serviceAccounts.update(account.id, wrong)).rejects.toMatchObject(refused)
    expect(store.calls.commit).toBe(commits)
  })

  test('permissions must be said', async () => {
    const { keys } = setUp()
    await expect(keys.serviceAccounts.create({ name: 'bot' } as never)).rejects.toMatchObject({ field: 'permissions' })
  })

  test.each<[string, object]>([
    ['workspaceId', { workspaceId: 'ws_globex' }],
    ['includeDeleted', { includeDeleted: 'yes' }],
    ['limit', { limit: 0 }],
    ['cursor', { cursor: 7 }],
    ['cursor', { cursor: 'bm9wZQ' }],
  ])('a wrong %s in a listing is refused', async (field, wrong) => {
    const { keys } = setUp()
    await expect(keys.serviceAccounts.list(wrong)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })
})

describe('on a store without service accounts', () => {
  test('managing them is not supported; keys of the host’s own are still made', async () => {
    const { services: _, ...small } = memoryStore()
    const { keyring, keys } = setUp({ on: small })
    const missing = { code: 'ERR_CLAVIGER_NOT_SUPPORTED', method: 'services' }
    await expect(keys.serviceAccounts.create(bot)).rejects.toMatchObject(missing)
    await expect(keys.serviceAccounts.list()).rejects.toMatchObject(missing)
    await expect(keys.serviceAccounts.get('sa_x')).rejects.toMatchObject(missing)
    await expect(keys.serviceAccounts.update('sa_x', {})).rejects.toMatchObject(missing)
    await expect(keys.serviceAccounts.delete('sa_x')).rejects.toMatchObject(missing)
    const { token } = await keys.create({ ...named, owner: { type: 'service', id: 'robot' } })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('a store that fails is unavailable, not empty', async () => {
    const { keys, store } = setUp()
    const account = await keys.serviceAccounts.create(bot)
    store.before('services', fails)
    const unavailable = { code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' }
    await expect(keys.serviceAccounts.get(account.id)).rejects.toMatchObject(unavailable)
    await expect(keys.serviceAccounts.list()).rejects.toMatchObject(unavailable)
    await expect(keys.create(ownedBy(account))).rejects.toMatchObject(unavailable)
  })
})
