import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { hmacSha256, type KeyManager, keyActor } from '../../src/index.ts'
import { admin, named, user } from '../support/actors.ts'
import { fails } from '../support/observed-store.ts'
import { type SetUp, setUp } from '../support/set-up.ts'

const forbidden = (subject: string): object => ({ code: 'ERR_CLAVIGER_FORBIDDEN', subject })
const acting = ['keys:manage', 'prompts:read', 'prompts:write'] as const

/** A verified token as an actor. */
async function actorOf(
  { keyring }: SetUp,
  token: string,
  more: Parameters<typeof keyActor>[1] = {},
): Promise<KeyManager> {
  const verification = await keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  return keyring.as(keyActor(verification.apiKey, more))
}

const world = (): SetUp => setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })

describe('a key that acts and ends', () => {
  test('gives no grant to a key that outlives it', async () => {
    const all = world()
    const { token } = await all.create({ permissions: acting, expiresIn: '1h' })
    const sibling = await all.create({ permissions: ['prompts:read'] })
    const self = await actorOf(all, token)
    await expect(self.update(sibling.key.id, { permissions: acting })).rejects.toMatchObject(forbidden('expiresAt'))
    expect(await self.update(sibling.key.id, { name: 'Renamed' })).toMatchObject({ name: 'Renamed' })
  })

  test('acting with a replaced secret, it neither takes the key over nor makes one that outlives the overlap', async () => {
    const all = world()
    const { key, token } = await all.create({ permissions: acting })
    const { token: current } = await all.keys.rotate(key.id, { overlap: '1h' })
    const thief = await actorOf(all, token)
    await expect(thief.rotate(key.id, { overlap: 0 })).rejects.toMatchObject(forbidden('expiresAt'))
    await expect(thief.create({ ...named, expiresAt: null })).rejects.toMatchObject(forbidden('expiresAt'))
    expect((await thief.create(named)).key.expiresAt).toEqual(new Date(all.clock.now() + 3_600_000))
    const rightful = await actorOf(all, current)
    await expect(rightful.rotate(key.id, { overlap: 0 })).resolves.toBeDefined()
  })

  test('does nothing any more once it has ended', async () => {
    const all = world()
    const { key, token } = await all.create({ permissions: acting, expiresIn: '1h' })
    const self = await actorOf(all, token)
    all.clock.advance(3_600_000)
    for (const call of [() => self.list(), () => self.create(named), () => self.revoke(key.id)]) {
      await expect(call()).rejects.toMatchObject(forbidden('act'))
    }
  })

  test('cannot create service accounts or give them more, but may give them less', async () => {
    const all = world()
    const boss = all.keyring.as(admin())
    const account = await boss.serviceAccounts.create({ name: 'bot', permissions: ['prompts:read'] })
    const { token } = await all.create({ permissions: acting, environment: 'ci' })
    const self = await actorOf(all, token, { can: { manageServiceAccounts: true } })
    const refused = forbidden('manageServiceAccounts')
    await expect(self.serviceAccounts.create({ name: 'x', permissions: ['prompts:read'] })).rejects.toMatchObject(
      refused,
    )
    await expect(
      self.serviceAccounts.update(account.id, { permissions: ['prompts:read', 'prompts:write'] }),
    ).rejects.toMatchObject(refused)
    expect(await self.serviceAccounts.update(account.id, { permissions: [] })).toMatchObject({ permissions: [] })
  })

  test('reads no activity of other environments, whatever its can says', async () => {
    const all = world()
    const production = await all.create({ metadata: { customer: 'secret' } })
    const { key, token } = await all.create({ permissions: acting, environment: 'ci' })
    const self = await actorOf(all, token, { can: { listAll: true, manageServiceAccounts: true } })
    await expect(self.activity()).rejects.toMatchObject(forbidden('viewActivity'))
    await expect(self.activity({ keyId: production.key.id })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_KEY_NOT_FOUND',
    })
    expect((await self.activity({ keyId: key.id })).items).toHaveLength(1)
  })
})

describe('service accounts', () => {
  test('the id of someone’s key in place of an account’s shows nothing', async () => {
    const { create, keyring } = world()
    const { key } = await create({ owner: { type: 'user', id: 'bob' } })
    const mallory = keyring.as(user('mallory', { permissions: [], can: { manageServiceAccounts: true } }))
    await expect(mallory.activity({ serviceAccountId: key.id })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND',
    })
  })

  test('a key left behind by a deleted account stays dead when the account is purged, also where owners are unbounded', async () => {
    const shared = memoryStore()
    const all = setUp({ on: shared.connect(), owners: 'unbounded' })
    const boss = all.keyring.as(admin())
    const account = await boss.serviceAccounts.create({ name: 'bot', permissions: ['prompts:read'] })
    const { token } = await boss.create({ ...named, owner: { type: 'service', id: account.id } })
    all.store.before('list', fails)
    await expect(boss.serviceAccounts.delete(account.id)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    await all.keyring.close()
    all.store.before('list', undefined)
    expect(
      await setUp({ on: shared.connect(), owners: 'unbounded', at: all.clock }).keyring.verify(token),
    ).toMatchObject({ code: 'owner_gone' })
    all.clock.advance(91 * 86_400_000)
    const later = setUp({ on: shared.connect(), owners: 'unbounded', at: all.clock })
    await later.keyring.purge()
    expect(await later.keyring.verify(token)).toMatchObject({ code: 'owner_gone' })
  })

  test('a key is made for no account that the store does not know', async () => {
    const { keyring } = world()
    const boss = keyring.as(admin())
    const owner = { type: 'service', id: 'sa_0000000000000000' } as const
    await expect(boss.create({ ...named, owner })).rejects.toMatchObject(forbidden('owner'))
  })

  test('twenty keys moved to one account at once all arrive', async () => {
    const { create, keyring } = world()
    const boss = keyring.as(admin())
    const account = await boss.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
    const made = await Promise.all(Array.from({ length: 20 }, () => create()))
    const moved = await Promise.all(made.map(({ key }) => boss.transfer(key.id, { type: 'service', id: account.id })))
    expect(new Set(moved.map(({ owner }) => owner.id))).toEqual(new Set([account.id]))
  })

  test('behind a store that stalls, turns are given up instead of queueing without end', async () => {
    const { keyring, store, clock } = world()
    const boss = keyring.as(admin())
    const account = await boss.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
    store.before('services', () => new Promise(() => {}))
    const owner = { type: 'service', id: account.id } as const
    const codes = Array.from({ length: 30 }, () =>
      boss.create({ ...named, owner }).then(
        () => 'made',
        (error: { readonly code: string }) => error.code,
      ),
    )
    await clock.advanceAsync(7_000)
    const counted = await Promise.all(codes)
    expect(counted.filter((code) => code === 'ERR_CLAVIGER_BUSY').length).toBeGreaterThanOrEqual(20)
    expect(new Set(counted)).toEqual(new Set(['ERR_CLAVIGER_UNAVAILABLE', 'ERR_CLAVIGER_BUSY']))
  })
})

describe('diagnose', () => {
  test('runs no hash, so that it fills no queue', async () => {
    const { create, keys } = setUp({ hashing: { concurrency: 1, maxQueued: 0 } })
    const { token } = await create()
    const many = await Promise.all(Array.from({ length: 100 }, () => keys.diagnose(token)))
    expect(many.every(({ ok }) => ok)).toBe(true)
  })

  test('a missing pepper is our fault, not an altered key', async () => {
    const shared = memoryStore()
    const { token } = await setUp({ on: shared }).create()
    const other = hmacSha256({ pepper: { id: 'new', secret: 'another pepper of 32 characters!!!' } })
    const { keys } = setUp({ on: shared.connect(), hasher: other })
    await expect(keys.diagnose(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'hasher' })
  })

  test('knows of a revocation the store has not confirmed', async () => {
    const { create, keys, keyring, store } = setUp()
    const { key, token } = await create()
    store.before('commit', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    expect(await keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
    expect(await keys.diagnose(token)).toMatchObject({ code: 'key_revoked' })
  })

  test('says what a verification says of a revoked key on another workspace’s route', async () => {
    const { create, keys } = setUp()
    const { key, token } = await create()
    await keys.revoke(key.id)
    expect(await keys.diagnose(token, { workspaceId: 'ws_globex' })).toMatchObject({ code: 'key_revoked' })
  })
})

describe('what people write', () => {
  test('a token in it is masked, and stops nothing', async () => {
    const shared = memoryStore()
    const { keyring } = setUp({ on: shared })
    const keys = keyring.as({ ...admin(), origin: { userAgent: 'curl' } })
    const { key, token } = await keys.create({ ...named, owner: { type: 'user', id: 'root' } })
    const named2 = `Key ${token}`.slice(0, 128)
    await keys.update(key.id, { name: named2, description: `is ${token}`, metadata: { note: token } })
    await keys.disable(key.id, { reason: `found ${token} in a repository` })
    await keys.revoke(key.id, { reason: token })
    const shown = JSON.stringify([await keys.get(key.id), await keys.activity()])
    expect(shown).not.toContain(token.slice(-49, -6))
    expect(shown).toContain(`found ${key.hint} in a repository`)
  })

  test('metadata is read once', async () => {
    const { create } = setUp()
    let reads = 0
    const metadata = {
      get note(): string {
        reads += 1
        return reads === 1 ? 'first' : 'x'.repeat(5_000)
      },
    }
    expect((await create({ metadata })).key.metadata).toEqual({ note: 'first' })
  })

  test('an input with a prototype of its own is refused: what it inherits would be left out in silence', async () => {
    const inherited = Object.assign(Object.create({ permissions: ['prompts:read'] }) as object, { ...named })
    await expect(
      setUp()
        .keyring.as(admin())
        .create(inherited as never),
    ).rejects.toMatchObject({ field: 'input' })
  })

  test.each([
    ['metadata', { metadata: { 'a\nb': 'x' } }],
    ['description', { description: 'a\u202eb' }],
    ['description', { description: 'a\u0085b' }],
  ])('refuses what reorders or controls text in %s', async (field, wrong) => {
    await expect(setUp().create(wrong)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })
})

test('of several concurrent rotations, the losers get a conflict', async () => {
  const { create, keys } = setUp()
  const { key } = await create()
  const codes = await Promise.all(
    Array.from({ length: 5 }, () =>
      keys.rotate(key.id).then(
        () => 'won',
        (error: { code: string }) => error.code,
      ),
    ),
  )
  expect(codes.sort()).toEqual([...Array<string>(4).fill('ERR_CLAVIGER_CONFLICT'), 'won'])
})
