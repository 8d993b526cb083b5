import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { admin } from '../../support/actors.ts'
import { fails, withoutLocks } from '../../support/observed-store.ts'
import { ada, setUp } from '../../support/set-up.ts'

const idempotencyKey = 'release-7'

describe.each([['24h'], [0]] as const)('a rotation with an idempotency key and an overlap of %s', (overlap) => {
  test('is carried out once: a repetition rotates nothing, and has no token', async () => {
    const told: string[] = []
    const { create, keyring, keys, clock } = setUp({ onEvent: ({ type }) => void told.push(type) })
    const made = await create()
    clock.advance(1_000)
    const first = await keys.rotate(made.key.id, { overlap, idempotencyKey })
    expect(first).toMatchObject({ token: expect.any(String), replayed: false, key: { revision: 2 } })
    clock.advance(1_000)
    const { key, overlapEndsAt } = first
    for (let again = 0; again < 3; again += 1) {
      expect(await keys.rotate(made.key.id, { overlap, idempotencyKey })).toEqual({
        key,
        token: null,
        overlapEndsAt,
        replayed: true,
      })
    }
    expect(told).toEqual(['key.created', 'key.rotated'])
    expect(await keyring.verify(first.token ?? '')).toMatchObject({ ok: true })
    expect(await keyring.verify(made.token)).toMatchObject(overlap === 0 ? { code: 'key_rotated' } : { ok: true })
  })

  test('gives the key as it is by now, also when it has ended', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    await keys.rotate(key.id, { overlap, idempotencyKey })
    await keys.revoke(key.id)
    expect(await keys.rotate(key.id, { overlap, idempotencyKey })).toMatchObject({
      key: { status: 'revoked' },
      token: null,
      overlapEndsAt: null,
    })
  })

  test('does not go for another request: another key, another overlap, another call', async () => {
    const { create, keys } = setUp()
    const [{ key }, other] = [await create(), await create()]
    await keys.rotate(key.id, { overlap, idempotencyKey })
    const refused = { code: 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED' }
    await expect(keys.rotate(other.key.id, { overlap, idempotencyKey })).rejects.toMatchObject(refused)
    await expect(keys.rotate(key.id, { overlap: '1h', idempotencyKey })).rejects.toMatchObject(refused)
    const input = { name: 'CI', environment: 'ci', owner: ada }
    await expect(keys.create(input, { idempotencyKey })).rejects.toMatchObject(refused)
    expect(await keys.get(other.key.id)).toMatchObject({ revision: 1 })
  })

  test('is another one for another actor', async () => {
    const { create, keyring, keys } = setUp()
    const { key } = await create({ owner: { type: 'user', id: 'root' } })
    await keys.rotate(key.id, { overlap, idempotencyKey })
    const root = keyring.as(admin())
    await root.endOverlap(key.id)
    expect(await root.rotate(key.id, { overlap, idempotencyKey })).toMatchObject({ replayed: false })
  })

  test('is carried out once however many ask at the same time', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => keys.rotate(key.id, { overlap, idempotencyKey })),
    )
    expect(answers.filter(({ token }) => token !== null).length).toBe(1)
    expect(await keys.get(key.id)).toMatchObject({ revision: 2 })
  })

  test.each([
    ['with', memoryStore],
    ['without', () => withoutLocks(memoryStore())],
  ])('is carried out once by several processes, %s locks in the store', async (_, makeStore) => {
    const shared = makeStore()
    const [one, two] = [setUp({ on: shared }), setUp({ on: shared, seed: 2 })]
    const { key } = await one.create()
    const ask = ({ keys }: typeof one) =>
      keys.rotate(key.id, { overlap, idempotencyKey }).catch((error: { code: string }) => error.code)
    await Promise.all([ask(one), ask(two)])
    // The one that lost the race asks again, and gets the one rotation.
    expect(await ask(one)).toMatchObject({ token: null, replayed: true })
    expect(await ask(two)).toMatchObject({ token: null, replayed: true })
    expect(await one.keys.get(key.id)).toMatchObject({ secrets: [{ version: 2 }, { version: 1 }] })
  })

  test.each(['commit', 'find'] as const)(
    'withholds nothing of a repetition when %s of the store fails',
    async (method) => {
      const { create, keyring, keys, store } = setUp()
      const { key } = await create()
      const { token } = await keys.rotate(key.id, { overlap, idempotencyKey })
      await keyring.verify(token ?? '')
      store.before(method, fails)
      await expect(keys.rotate(key.id, { overlap, idempotencyKey })).rejects.toMatchObject({
        code: expect.stringMatching(/UNAVAILABLE|NOT_DURABLE/),
      })
      store.before(method, undefined)
      expect(await keyring.verify(token ?? '')).toMatchObject({ ok: true })
    },
  )
})

test('an idempotency key must be a name, and no token', async () => {
  const { create, keys, store } = setUp()
  const { key, token } = await create()
  const commits = store.calls.commit
  for (const wrong of ['', 'x'.repeat(256), 'a\nb', 1, null, token]) {
    await expect(keys.rotate(key.id, { idempotencyKey: wrong as string })).rejects.toMatchObject({
      field: 'idempotencyKey',
    })
  }
  expect(store.calls.commit).toBe(commits)
})

describe('a rotation that names a revision', () => {
  test.each([['24h'], [0]] as const)('loses against an earlier writer, with an overlap of %s', async (overlap) => {
    const { create, keyring, keys } = setUp()
    const { key, token } = await create()
    await keys.update(key.id, { name: 'Renamed' })
    await expect(keys.rotate(key.id, { overlap, revision: key.revision })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFLICT',
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(await keys.rotate(key.id, { overlap, revision: 2 })).toMatchObject({ key: { revision: 3 } })
  })

  test('withholds nothing of another revision while the store fails', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    await expect(keys.rotate(key.id, { overlap: 0, revision: 7 })).rejects.toThrow()
    store.before('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test.each([0, -1, 1.5, '1', null])('is refused for the revision %j', async (revision) => {
    const { create, keys } = setUp()
    const { key } = await create()
    await expect(keys.rotate(key.id, { revision: revision as number })).rejects.toMatchObject({ field: 'revision' })
  })
})
