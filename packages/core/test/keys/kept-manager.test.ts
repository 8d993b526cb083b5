import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { type Actor, type KeyManager, keyActor } from '../../src/index.ts'
import { admin, named } from '../support/actors.ts'
import { fails, withoutLocks } from '../support/observed-store.ts'
import { type SetUp, setUp } from '../support/set-up.ts'

/*
 * A manager made of a key is kept: in a socket, in a job. It can do what the key could do if it came again, and no more.
 */

interface Kept extends SetUp {
  /** Another process, in which the key's end is decided. */
  readonly other: SetUp
  readonly id: string
  readonly token: string
  /** The manager, made while the key was good. */
  readonly self: KeyManager
  /** Another key of the same owner. */
  readonly sibling: string
  readonly account: string
  owner: readonly string[] | null
}

async function kept(can: Actor['can'] = { manageServiceAccounts: true }): Promise<Kept> {
  const shared = memoryStore()
  const at = testClock()
  const world: { owner: readonly string[] | null } = { owner: ['*:*', 'keys:manage'] }
  const resolveOwner = (): readonly string[] | null => world.owner
  const all = setUp({ on: shared.connect(), at, resolveOwner })
  const other = setUp({ on: shared.connect(), at, resolveOwner, seed: 2 })
  const { key, token } = await all.create({ permissions: ['keys:manage', 'prompts:*'], expiresIn: '1h' })
  const sibling = await all.create({ permissions: ['prompts:read'], expiresIn: '30m' })
  const account = await all.keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] })
  const verification = await all.keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  const self = all.keyring.as(keyActor(verification.apiKey, can === undefined ? {} : { can }))
  return Object.assign(world, all, {
    other,
    id: key.id,
    token,
    self,
    sibling: sibling.key.id,
    account: account.id,
  })
}

/** What a key may do to others, each of which works while the key is good. */
const calls: Readonly<Record<string, (scene: Kept) => Promise<unknown>>> = {
  create: ({ self }) => self.create(named),
  'create, once': ({ self }) => self.create(named, { idempotencyKey: 'once' }),
  get: ({ self, sibling }) => self.get(sibling),
  list: ({ self }) => self.list(),
  update: ({ self, sibling }) => self.update(sibling, { name: 'Later' }),
  'update to fewer permissions': ({ self, sibling }) => self.update(sibling, { permissions: [] }),
  rotate: ({ self, sibling }) => self.rotate(sibling),
  'rotate without an overlap': ({ self, sibling }) => self.rotate(sibling, { overlap: 0 }),
  endOverlap: ({ self, sibling }) => self.endOverlap(sibling),
  disable: ({ self, sibling }) => self.disable(sibling),
  enable: ({ self, sibling }) => self.enable(sibling),
  revoke: ({ self, sibling }) => self.revoke(sibling),
  transfer: ({ self, sibling, account }) => self.transfer(sibling, { type: 'service', id: account }),
  activity: ({ self, sibling }) => self.activity({ keyId: sibling }),
  usage: ({ self, sibling }) => self.usage(sibling),
  diagnose: ({ self, sibling }) => self.diagnose({ id: sibling }),
  'serviceAccounts.get': ({ self, account }) => self.serviceAccounts.get(account),
  'serviceAccounts.list': ({ self }) => self.serviceAccounts.list(),
  'serviceAccounts.update': ({ self, account }) => self.serviceAccounts.update(account, { permissions: [] }),
  'serviceAccounts.delete': ({ self, account }) => self.serviceAccounts.delete(account),
}

/** What ends a key as an actor, somewhere else. */
const ends: Readonly<Record<string, (scene: Kept) => Promise<unknown>>> = {
  key_revoked: ({ other, id }) => other.keys.revoke(id),
  key_disabled: ({ other, id }) => other.keys.disable(id),
  key_rotated: ({ other, id }) => other.keys.rotate(id, { overlap: 0 }),
  owner_gone: async (scene) => {
    scene.owner = null
  },
}

describe.each(Object.keys(calls))('%s, by a manager that was kept', (name) => {
  const call = calls[name] as (scene: Kept) => Promise<unknown>

  test('works while its key is good', async () => {
    await expect(call(await kept())).resolves.toBeDefined()
  })

  test.each(Object.entries(ends))('is refused once a verification would say %s', async (code, end) => {
    const scene = await kept()
    await end(scene)
    const { store } = scene
    const commits = store.calls.commit
    await expect(call(scene)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'act',
      message: expect.stringContaining(code),
    })
    expect(store.calls.commit).toBe(commits)
  })

  test('is refused when its key has expired, or its owner no longer holds keys:manage', async () => {
    const [expired, demoted] = [await kept(), await kept()]
    expired.clock.jumpWall(3_600_000)
    await expect(call(expired)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
    demoted.owner = ['*:*']
    await expect(call(demoted)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
  })

  test('stores nothing when its key is revoked after it was looked at, and before anything was written', async () => {
    const scene = await kept()
    const held = gate()
    scene.store.before('commit', () => held.wait())
    const before = await scene.other.keys.activity({ limit: 100 })
    const acting = call(scene).then(
      () => 'done',
      ({ code }: { code: string }) => code,
    )
    await Promise.race([acting, vi.waitUntil(() => held.arrived() > 0)])
    // A call that writes nothing had its answer while the key was good.
    if (held.arrived() === 0) return
    await scene.other.keys.revoke(scene.id)
    held.open()
    expect(await acting).toBe('ERR_CLAVIGER_FORBIDDEN')
    const after = await scene.other.keys.activity({ limit: 100 })
    expect(after.items.length).toBe(before.items.length + 1)
  })
})

test('a kept manager is bounded by what key and owner hold now', async () => {
  const scene = await kept()
  scene.owner = ['prompts:read', 'keys:manage']
  await expect(scene.self.create({ ...named, permissions: ['prompts:write'] })).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_PERMISSION_CEILING',
  })
  scene.owner = ['*:*', 'keys:manage']
  await scene.other.keys.update(scene.id, { permissions: ['keys:manage', 'prompts:list'] })
  await expect(scene.self.create({ ...named, permissions: ['prompts:read'] })).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_PERMISSION_CEILING',
    missing: ['prompts:read'],
  })
  expect((await scene.self.create({ ...named, permissions: ['prompts:list'] })).key.permissions).toEqual([
    'prompts:list',
  ])
})

test('a kept manager makes nothing that outlives the key as it is now', async () => {
  const scene = await kept()
  await scene.other.keys.update(scene.id, { expiresIn: '5m' })
  await expect(scene.self.create({ ...named, expiresIn: '10m' })).rejects.toMatchObject({ subject: 'expiresAt' })
  expect((await scene.self.create(named)).key.expiresAt).toEqual(new Date(scene.clock.now() + 300_000))
})

test('a key that was rotated acts by its old secret until the overlap ends, also when that is ended early', async () => {
  const scene = await kept()
  await scene.other.keys.rotate(scene.id, { overlap: '10m' })
  expect((await scene.self.create(named)).key.expiresAt).toEqual(new Date(scene.clock.now() + 600_000))
  await scene.other.keys.endOverlap(scene.id)
  await expect(scene.self.create(named)).rejects.toMatchObject({ message: expect.stringContaining('key_rotated') })
})

test('a disabled key does not enable itself, and one that is not disabled may disable itself', async () => {
  const scene = await kept()
  expect(await scene.self.disable(scene.id)).toMatchObject({ status: 'disabled' })
  await expect(scene.self.enable(scene.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
  expect(await scene.other.keys.get(scene.id)).toMatchObject({ status: 'disabled' })
})

test('a key of another workspace, or of none, is no actor', async () => {
  const { keyring, create } = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
  const { key } = await create({ permissions: ['keys:manage'] })
  for (const actor of [
    { ...admin({ workspaceId: 'ws_globex' }), type: 'key', id: key.id },
    { ...admin(), type: 'key', id: '0'.repeat(16) },
    { ...admin(), type: 'key', id: 'root' },
  ] as const) {
    await expect(keyring.as(actor).list()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'act' })
  }
})

test('on a store that cannot lock, a key that was revoked before the call acts no more either', async () => {
  const all = setUp({ on: withoutLocks(memoryStore()), resolveOwner: () => ['*:*', 'keys:manage'] })
  const { key, token } = await all.create({ permissions: ['keys:manage'] })
  const verification = await all.keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  const self = all.keyring.as(keyActor(verification.apiKey))
  expect((await self.create(named)).key.createdBy).toEqual({ type: 'key', id: key.id })
  await all.keys.revoke(key.id)
  await expect(self.create(named)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
})

describe('what a key asked for while the store was down', () => {
  test('is carried on although it has ended itself since then', async () => {
    const scene = await kept()
    scene.store.before('find', fails)
    const notDurable = { code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' }
    await expect(scene.self.revoke(scene.sibling)).rejects.toMatchObject(notDurable)
    scene.clock.advance(1)
    await expect(scene.self.revoke(scene.id)).rejects.toMatchObject(notDurable)
    scene.store.before('find', undefined)
    await scene.clock.advanceAsync(3_000)
    for (const id of [scene.sibling, scene.id]) {
      expect(await scene.other.keys.get(id)).toMatchObject({ status: 'revoked' })
    }
  })

  test('is given up when it had been revoked before', async () => {
    const scene = await kept()
    await scene.other.keys.revoke(scene.id)
    scene.clock.advance(1)
    scene.store.before('find', fails)
    await expect(scene.self.revoke(scene.sibling)).rejects.toMatchObject({
      code: expect.stringMatching(/FORBIDDEN|NOT_DURABLE/),
    })
    scene.store.before('find', undefined)
    await scene.clock.advanceAsync(3_000)
    expect(await scene.other.keys.get(scene.sibling)).toMatchObject({ status: 'active' })
  })
})
