import { memoryStore } from '@claviger/store-memory'
import { hash } from '@node-rs/argon2'
import { describe, expect, test, vi } from 'vitest'
import { argon2id } from '../../../src/index.ts'
import type { Change, CommitResult } from '../../../src/store/store.ts'
import { admin, named, user } from '../../support/actors.ts'
import { fails } from '../../support/observed-store.ts'
import { ada, setUp } from '../../support/set-up.ts'

// The real library, with its calls counted.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, hash: vi.fn(library.hash) }
})

const options = { idempotencyKey: 'deploy-42' }

/** The answer of a store that judged the writes from the last to the first. */
const backwards =
  ({ writes }: Change) =>
  (result: CommitResult): CommitResult =>
    result.ok ? result : { ...result, write: writes.length - 1 - result.write }

describe('create with an idempotency key', () => {
  test('repeated, gives the first key again, without its token, and makes no second', async () => {
    const told: string[] = []
    const { keyring, keys, clock } = setUp({ onEvent: ({ type }) => void told.push(type) })
    const own = keyring.as(user('ada'))
    const first = await own.create(named, options)
    expect(first).toMatchObject({ replayed: false, token: expect.any(String) })
    clock.advance(1_000)
    expect(await own.create({ ...named }, { ...options })).toEqual({ key: first.key, token: null, replayed: true })
    expect((await keys.list()).items.length).toBe(1)
    expect((await keys.activity()).items.length).toBe(1)
    expect(told).toEqual(['key.created'])
    expect(await keyring.verify(first.token)).toMatchObject({ ok: true })
  })

  test('gives the key as it is by now', async () => {
    const { keyring } = setUp()
    const own = keyring.as(user('ada'))
    const { key } = await own.create(named, options)
    await own.update(key.id, { name: 'Renamed' })
    await own.revoke(key.id)
    expect(await own.create(named, options)).toMatchObject({
      key: { id: key.id, name: 'Renamed', status: 'revoked' },
      token: null,
      replayed: true,
    })
  })

  test('the order of fields is no difference', async () => {
    const { keyring } = setUp()
    const own = keyring.as(user('ada'))
    const at = Date.UTC(2030, 0, 1)
    await own.create(
      { name: 'A', environment: 'ci', metadata: { a: '1', b: '2' }, owner: ada, expiresAt: new Date(at) },
      options,
    )
    expect(
      await own.create(
        {
          expiresAt: new Date(at),
          owner: { id: 'ada', type: 'user' },
          metadata: { b: '2', a: '1' },
          environment: 'ci',
          name: 'A',
        },
        options,
      ),
    ).toMatchObject({ replayed: true })
  })

  test.each<[string, object]>([
    ['name', { name: 'Other' }],
    ['environment', { environment: 'ci' }],
    ['permissions', { permissions: [] }],
    ['expiry', { expiresIn: '1d' }],
    ['description', { description: '' }],
    ['metadata', { metadata: { a: '1' } }],
  ])('another %s under the same idempotency key is refused, and nothing is made', async (_, other) => {
    const { keyring, keys } = setUp()
    const own = keyring.as(user('ada'))
    await own.create({ ...named, permissions: ['prompts:list', 'prompts:read'] }, options)
    await expect(
      own.create({ ...named, permissions: ['prompts:list', 'prompts:read'], ...other }, options),
    ).rejects.toMatchObject({ code: 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED' })
    expect((await keys.list()).items.length).toBe(1)
  })

  test('belongs to one actor of one workspace: others use the same one for themselves', async () => {
    const { keyring } = setUp()
    const ids = new Set<string>()
    for (const actor of [
      user('ada'),
      user('bob'),
      user('ada', { workspaceId: 'ws_globex' }),
      { ...user('ada'), type: 'service' } as const,
    ]) {
      const { key, replayed } = await keyring.as(actor).create(named, options)
      expect(replayed).toBe(false)
      ids.add(key.id)
    }
    expect(ids.size).toBe(4)
  })

  test('another idempotency key makes another key', async () => {
    const { keyring } = setUp()
    const own = keyring.as(user('ada'))
    const first = await own.create(named, options)
    const second = await own.create(named, { idempotencyKey: 'deploy-43' })
    expect(second.replayed).toBe(false)
    expect(second.key.id).not.toBe(first.key.id)
  })

  test('fifty at once, from two processes, are one key, and one of them has its token', async () => {
    const shared = memoryStore()
    const processes = [setUp({ on: shared.connect() }), setUp({ on: shared.connect(), seed: 2 })]
    const results = await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        processes[index % 2]?.keyring.as(user('ada')).create(named, options),
      ),
    )
    expect(new Set(results.map((result) => result?.key.id)).size).toBe(1)
    expect(results.filter((result) => result?.token !== null).length).toBe(1)
    expect((await processes[0]?.keys.list())?.items.length).toBe(1)
  })

  test('the same for a service account’s key', async () => {
    const { keyring, keys } = setUp()
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ['*:*'] })
    const wish = { ...named, owner: { type: 'service', id: account.id } } as const
    const results = await Promise.all(Array.from({ length: 10 }, () => keyring.as(admin()).create(wish, options)))
    expect(results.filter(({ replayed }) => !replayed).length).toBe(1)
    expect((await keys.list()).items.length).toBe(1)
  })

  test('the same grants in another order, and the same instant spelt another way, are the same request', async () => {
    const { keyring, clock } = setUp()
    const own = keyring.as(user('ada'))
    const at = clock.now() + 60_000
    const first = { ...named, permissions: ['prompts:list', 'prompts:read'], expiresAt: at }
    const again = { ...named, permissions: ['prompts:read', 'prompts:list'], expiresAt: new Date(at).toISOString() }
    const { key } = await own.create(first, options)
    expect(await own.create(again, options)).toMatchObject({ replayed: true, key: { id: key.id } })
  })

  test('after a lost answer, the retry learns that the key was made', async () => {
    const { keyring, keys, store } = setUp()
    const own = keyring.as(user('ada'))
    store.after('commit', () => {
      // The first only asks whether there was such a call before.
      if (store.calls.commit === 2) throw new Error('connection reset')
    })
    store.before('find', fails)
    await expect(own.create(named, options)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    store.after('commit', undefined)
    store.before('find', undefined)
    const retried = await own.create(named, options)
    expect(retried).toMatchObject({ token: null, replayed: true })
    const { token } = await own.rotate(retried.key.id, { overlap: 0 })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect((await keys.list()).items.length).toBe(1)
  })

  test('repeated, one after another or at once, costs one hash', async () => {
    const { keyring } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }) })
    const own = keyring.as(user('ada'))
    await keyring.ready()
    vi.mocked(hash).mockClear()
    await Promise.all(Array.from({ length: 20 }, () => own.create(named, options)))
    await own.create(named, options)
    expect(vi.mocked(hash)).toHaveBeenCalledTimes(1)
  })

  test('a store that names another write first still gives the first key again', async () => {
    const { keyring, store } = setUp()
    const { commit } = store
    store.commit = async (change) => commit({ ...change, writes: change.writes.toReversed() }).then(backwards(change))
    const own = keyring.as(user('ada'))
    const { key } = await own.create(named, options)
    expect(await own.create(named, options)).toMatchObject({ key: { id: key.id }, token: null, replayed: true })
  })

  test('is not used up by a call that was refused', async () => {
    const { keyring } = setUp()
    const own = keyring.as(user('ada'))
    await expect(own.create({ ...named, permissions: ['context:*'] }, options)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_PERMISSION_CEILING',
    })
    expect(await own.create(named, options)).toMatchObject({ replayed: false })
  })

  test('a row that cannot be read makes no key', async () => {
    const { create, keys, store } = setUp()
    store.commit = async () => ({ ok: false, reason: 'conflict', write: 1, current: null })
    await expect(keys.create({ ...named, owner: ada }, options)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFLICT',
    })
    await expect(create()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT' })
  })

  test.each<[string, unknown]>([
    ['idempotencyKey', { idempotencyKey: '' }],
    ['idempotencyKey', { idempotencyKey: 'x'.repeat(256) }],
    ['idempotencyKey', { idempotencyKey: 'a\nb' }],
    ['idempotencyKey', { idempotencyKey: 7 }],
    ['idempotencyKey', {}],
    ['idempotencykey', { idempotencykey: 'x' }],
    ['input', null],
    ['input', 'deploy-42'],
  ])('refuses a wrong %s: %j', async (field, wrong) => {
    const { keyring, store } = setUp()
    await expect(keyring.as(user('ada')).create(named, wrong as never)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
      field,
    })
    expect(store.calls.commit).toBeUndefined()
  })
})
