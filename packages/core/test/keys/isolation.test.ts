import { describe, expect, test } from 'vitest'
import { type Actor, type KeyManager, type ServiceAccountManager, systemActor } from '../../src/index.ts'
import { admin, named, user } from '../support/actors.ts'
import type { SetUp } from '../support/set-up.ts'
import { ada, setUp } from '../support/set-up.ts'

/*
 * An actor cannot tell another actor's resource from one that does not exist: the same answer to the byte, after
 * the same calls of the store, with nothing written.
 */
type Keys = KeyManager
type Call = (keys: Keys, id: string) => Promise<unknown>

/** Every way in which each method takes the id of a key. */
const withKeyId: Readonly<Record<Exclude<keyof Keys, 'serviceAccounts'>, readonly Call[]>> = {
  create: [],
  // It names no id: what happens to a digest of another workspace is tested with the import itself.
  import: [],
  abilities: [],
  grantable: [],
  effectivePermissions: [(keys, id) => keys.effectivePermissions(id)],
  get: [(keys, id) => keys.get(id)],
  list: [(keys, id) => keys.list({ search: id })],
  update: [
    (keys, id) => keys.update(id, { name: 'Mine' }),
    (keys, id) => keys.update(id, { permissions: ['*:*'], expiresAt: null }),
    (keys, id) => keys.update(id, { name: 'Mine' }, { revision: 1 }),
    (keys, id) => keys.update(id, {}),
  ],
  rotate: [
    (keys, id) => keys.rotate(id),
    (keys, id) => keys.rotate(id, { overlap: 0 }),
    (keys, id) => keys.rotate(id, { revision: 1 }),
    (keys, id) => keys.rotate(id, { idempotencyKey: 'mine' }),
    (keys, id) => keys.rotate(id, { overlap: 0, idempotencyKey: 'mine' }),
  ],
  endOverlap: [(keys, id) => keys.endOverlap(id)],
  disable: [(keys, id) => keys.disable(id, { reason: 'mine' })],
  enable: [(keys, id) => keys.enable(id)],
  revoke: [(keys, id) => keys.revoke(id, { reason: 'mine' })],
  revokeMany: [(keys, id) => keys.revokeMany([id, id]), (keys, id) => keys.revokeMany([id], { dryRun: true })],
  transfer: [
    (keys, id) => keys.transfer(id, { type: 'user', id: 'root' }),
    (keys, id) => keys.transfer(id, { type: 'service', id: 'robot' }),
  ],
  workspaceUsage: [],
  usage: [(keys, id) => keys.usage(id), (keys, id) => keys.usage(id, { bucket: 'hour' })],
  callers: [(keys, id) => keys.callers(id)],
  activity: [(keys, id) => keys.activity({ keyId: id }), (keys, id) => keys.activity({ serviceAccountId: id })],
  diagnose: [(keys, id) => keys.diagnose({ id }), (keys, id) => keys.diagnose({ id }, { workspaceId: 'ws_acme' })],
}

/** Every way in which each method takes the id of a service account. */
const withAccountId: Readonly<Record<keyof ServiceAccountManager, readonly Call[]>> = {
  create: [],
  list: [],
  get: [(keys, id) => keys.serviceAccounts.get(id)],
  update: [
    (keys, id) => keys.serviceAccounts.update(id, { name: 'Mine' }),
    (keys, id) => keys.serviceAccounts.update(id, { permissions: ['*:*'] }, { revision: 1 }),
  ],
  delete: [(keys, id) => keys.serviceAccounts.delete(id)],
}

/** Methods of the keys that take the id of an account as an owner. */
const withOwnerId: Readonly<Partial<Record<keyof Keys, readonly Call[]>>> = {
  create: [
    (keys, id) => keys.create({ ...named, owner: { type: 'service', id } }),
    (keys, id) => keys.create({ ...named, owner: { type: 'service', id } }, { idempotencyKey: 'mine' }),
  ],
  list: [(keys, id) => keys.list({ ownerId: id })],
  activity: [(keys, id) => keys.activity({ serviceAccountId: id })],
}

/** What says no, in an answer: nothing found, or nothing of the kind. */
const refusal = /"items":\[\]|KeyNotFoundError|ServiceAccountNotFoundError|ForbiddenError|not_in_this_workspace/

const strangers: readonly (readonly [string, Actor])[] = [
  ['an actor that may do everything in another workspace', admin({ workspaceId: 'ws_globex' })],
  ['the system of another workspace', { ...admin({ workspaceId: 'ws_globex' }), type: 'system' }],
  ['someone of the same name in another workspace', user('ada', { workspaceId: 'ws_globex', permissions: ['*:*'] })],
  [
    'a key of another workspace',
    { ...admin({ workspaceId: 'ws_globex' }), type: 'key', owner: { type: 'user', id: 'ada' } },
  ],
]

const unknownKey = '0000000000000000'
const unknownAccount = `sa_${unknownKey}`

/** What a call came to: its answer or error, the calls of the store it took, and how often it wrote. */
async function outcome({ store }: SetUp, id: string, call: () => Promise<unknown>): Promise<object> {
  const before = { ...store.calls }
  const answer = await call().then(
    (value) => ({ value }),
    (error: Error) => ({ error: describeError(error) }),
  )
  const calls = Object.entries(store.calls).map(([method, count]) => [method, count - (before[method] ?? 0)] as const)
  const taken = Object.fromEntries(calls.filter(([, count]) => count > 0))
  const text = JSON.stringify(answer, (_, value: unknown) => (value instanceof Error ? describeError(value) : value))
  return { answer: text.replaceAll(id, '<id>'), calls: taken }
}

/** Everything an error says, but where it was thrown. */
function describeError(error: Error): object {
  const own = Object.entries(error)
  return { name: error.name, message: error.message, ...Object.fromEntries(own) }
}

/** The id of a stored key that manages keys, in the workspace of an actor. */
async function keyOf({ keyring }: SetUp, { workspaceId, owner = ada }: Actor): Promise<string> {
  const permissions = ['*:*', 'keys:manage'] as const
  return (await keyring.as(systemActor(workspaceId)).create({ ...named, owner, permissions })).key.id
}

/** A workspace with a key in every state, and an account. The stranger has been there before. */
async function world(actor: Actor) {
  const all = setUp({ resolveOwner: ({ owner }) => (owner.type === 'user' ? ['*:*', 'keys:manage'] : null) })
  const { create, keys, clock } = all
  const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
  const [active, rotating, disabled, revoked] = [await create(), await create(), await create(), await create()]
  const owned = await create({ owner: { type: 'service', id: account.id } })
  const expired = await create({ expiresIn: '1ms' })
  await keys.rotate(rotating.key.id)
  await keys.disable(disabled.key.id)
  await keys.revoke(revoked.key.id)
  clock.advance(1)
  const stranger = all.keyring.as(actor.type === 'key' ? { ...actor, id: await keyOf(all, actor) } : actor)
  await stranger.get(unknownKey).catch(() => {})
  return { ...all, stranger, account, made: { active, rotating, disabled, revoked, owned, expired } }
}

test('every method has a row here', () => {
  const { keys } = setUp()
  expect([...Object.keys(withKeyId), 'serviceAccounts'].sort()).toEqual(Object.keys(keys).sort())
  expect(Object.keys(withAccountId).sort()).toEqual(Object.keys(keys.serviceAccounts).sort())
})

describe.each(strangers)('to %s', (_, actor) => {
  const rows = Object.entries(withKeyId).flatMap(([method, calls]) =>
    calls.map((call, way) => [method, way + 1, call] as const),
  )

  test.each(rows)('%s of another’s key, way %i, is as of none', async (_method, _way, call) => {
    const { stranger, made, store, keyring, ...all } = await world(actor)
    const commits = store.calls.commit
    const none = await outcome({ store, keyring, ...all }, unknownKey, () => call(stranger, unknownKey))
    for (const [state, { key }] of Object.entries(made)) {
      expect(await outcome({ store, keyring, ...all }, key.id, () => call(stranger, key.id)), state).toEqual(none)
    }
    expect(store.calls.commit).toBe(commits)
    expect(none).toMatchObject({ answer: expect.stringMatching(refusal) })
    expect(await keyring.verify(made.active.token)).toMatchObject({ ok: true })
  })

  const accountRows = [
    ...Object.entries(withAccountId).map(([method, calls]) => [`serviceAccounts.${method}`, calls] as const),
    ...Object.entries(withOwnerId),
  ].flatMap(([method, calls]) => calls.map((call, way) => [method, way + 1, call] as const))

  test.each(accountRows)('%s with another’s service account, way %i, is as with none', async (_method, _way, call) => {
    const { stranger, made, account, store, keyring, ...all } = await world(actor)
    const commits = store.calls.commit
    const none = await outcome({ store, keyring, ...all }, unknownAccount, () => call(stranger, unknownAccount))
    const theirs = await outcome({ store, keyring, ...all }, account.id, () => call(stranger, account.id))
    expect(theirs).toEqual(none)
    expect(none).toMatchObject({ answer: expect.stringMatching(refusal) })
    expect(store.calls.commit).toBe(commits)
    expect(await keyring.verify(made.owned.token)).toMatchObject({ ok: true })
  })

  test('diagnose of another’s token reads as of one that was never stored', async () => {
    const { stranger, made, store, keyring, ...all } = await world(actor)
    const never = await setUp({ seed: 99 }).create()
    const ask = (token: string, id: string) => outcome({ store, keyring, ...all }, id, () => stranger.diagnose(token))
    const none = await ask(never.token, never.key.id)
    for (const [state, { key, token }] of Object.entries(made)) {
      expect(await ask(token, key.id), state).toEqual(none)
    }
    expect(none).toMatchObject({ answer: expect.stringContaining('not_in_this_workspace') })
  })
})

describe('within a workspace', () => {
  test('what an actor may not see does not exist for it, whichever method', async () => {
    const { made, store, keyring, ...all } = await world(admin())
    const eve = keyring.as(user('eve', { permissions: ['*:*', 'keys:manage'] }))
    const commits = store.calls.commit
    for (const call of Object.values(withKeyId).flat()) {
      const none = await outcome({ store, keyring, ...all }, unknownKey, () => call(eve, unknownKey))
      for (const { key } of Object.values(made)) {
        expect(await outcome({ store, keyring, ...all }, key.id, () => call(eve, key.id)), call.toString()).toEqual(
          none,
        )
      }
    }
    expect(store.calls.commit).toBe(commits)
  })

  test('a failed attempt leaves the key as it was, and usable by its owner', async () => {
    const { made, keyring, keys, stranger } = await world(user('eve'))
    const before = await keys.get(made.active.key.id)
    for (const call of Object.values(withKeyId).flat()) await call(stranger, made.active.key.id).catch(() => {})
    expect(await keys.get(made.active.key.id)).toEqual(before)
    expect(await keyring.verify(made.active.token)).toMatchObject({ ok: true })
  })
})

describe('what cannot be read', () => {
  test('is no sign of existence: a corrupt row of any kind is not found', async () => {
    const { create, keys, store } = setUp()
    const { key } = await create()
    const { find } = store
    const none = await outcomeOf(keys.get(unknownKey))
    const spoiled: ((record: object) => unknown)[] = [
      () => 'corrupt',
      (record) => ({ ...record, permissions: '*:*' }),
      (record) => ({ ...record, workspaceId: undefined }),
      (record) => ({ ...record, secrets: [] }),
      (record) => ({ ...record, id: '1111111111111111' }),
      () => 7,
      () => null,
    ]
    for (const spoil of spoiled) {
      store.find = async (ids) => {
        const found = new Map<string, unknown>()
        for (const [id, record] of await find(ids)) found.set(id, spoil(record as object))
        return found as never
      }
      for (const call of [keys.get, keys.rotate, keys.revoke, keys.enable, keys.endOverlap]) {
        expect(await outcomeOf(call(key.id)), spoil.toString()).toEqual(none)
      }
      expect(await keys.diagnose({ id: key.id })).toMatchObject({ code: 'not_in_this_workspace', keyId: null })
    }
  })
})

describe('listings', () => {
  test('a cursor of one workspace shows nothing of it in another', async () => {
    const { create, keys, keyring, clock } = setUp()
    for (let index = 0; index < 3; index += 1) {
      clock.advance(1)
      await create()
      await keys.serviceAccounts.create({ name: 'bot', permissions: [] })
    }
    const stranger = keyring.as(admin({ workspaceId: 'ws_globex' }))
    clock.jumpWall(-1_000)
    const own = await stranger.create(named)
    const cursors = [
      (await keys.list({ limit: 1 })).nextCursor,
      (await keys.activity({ limit: 1 })).nextCursor,
      (await keys.serviceAccounts.list({ limit: 1 })).nextCursor,
    ]
    for (const cursor of cursors) {
      if (cursor === null) throw new Error('Expected a next page.')
      for (const { items } of [
        await stranger.list({ cursor }),
        await stranger.activity({ cursor }),
        await stranger.serviceAccounts.list({ cursor }),
      ]) {
        for (const item of items) expect(item.workspaceId).toBe('ws_globex')
      }
      expect((await stranger.list({ cursor })).items.map(({ id }) => id)).toEqual([own.key.id])
    }
  })
})

async function outcomeOf(promise: Promise<unknown>): Promise<object> {
  return promise.then(
    () => ({ ok: true }),
    (error: Error) => describeError(error),
  )
}
