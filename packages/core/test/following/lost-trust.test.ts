import { channel } from 'node:diagnostics_channel'
import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import type { Verification } from '../../src/index.ts'
import type { ObservedStore } from '../support/observed-store.ts'
import { fails, never } from '../support/observed-store.ts'
import { ada, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

const unavailable = { code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' }

/** From now on the store is another one, and empty. */
function emptied(store: ObservedStore): void {
  const other = memoryStore()
  for (const method of ['find', 'poll', 'commit', 'list', 'services'] as const) {
    store[method] = ((...args: never[]) => (other[method] as (...given: never[]) => unknown)(...args)) as never
  }
}

/** From now on the store answers reads, and renews no trust: a primary that was demoted. */
function demoted(store: ObservedStore): void {
  store.before('poll', () => {
    throw new Error('It is a replica.')
  })
}

describe('a store that is no longer the one that changes are written to', () => {
  test('is believed for five seconds; then keys are neither accepted nor refused by it, cached or not', async () => {
    const { create, keyring, store, clock } = setUp()
    const known = await create()
    const cold = await create()
    await keyring.verify(known.token)
    demoted(store)
    await clock.advanceAsync(4_999)
    expect(doorTo(keyring).recall('direct', known.token)).toMatchObject({ ok: true })
    await clock.advanceAsync(1)
    for (const { token } of [known, cold]) await expect(keyring.verify(token)).rejects.toMatchObject(unavailable)
    expect(store.calls.find).toBe(1)
  })

  test('gives no one 401 for a key it has not learned about', async () => {
    const { create, keyring, store } = setUp()
    const { token } = await create()
    demoted(store)
    store.find = async () => new Map()
    await expect(keyring.verify(token)).rejects.toMatchObject(unavailable)
  })

  test('answers again with the first verification after it is the one again, from memory', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    demoted(store)
    await clock.advanceAsync(6_000)
    await expect(keyring.verify(token)).rejects.toMatchObject(unavailable)
    store.before('poll', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(store.calls.find).toBe(1)
  })

  test('applies what was announced meanwhile before it is believed again', async () => {
    const clock = testClock()
    const database = memoryStore()
    const a = setUp({ on: database.connect(), at: clock, seed: 1 })
    const b = setUp({ on: database.connect(), at: clock, seed: 2 })
    b.store.before('subscribe', fails)
    const { key, token } = await a.create()
    await b.keyring.verify(token)
    demoted(b.store)
    await a.keys.revoke(key.id)
    await clock.advanceAsync(6_000)
    b.store.before('poll', undefined)
    expect(await b.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('a poll that hangs keeps verifications waiting for one budget, and they share it', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    store.before('poll', never)
    await clock.advanceAsync(6_000)
    const polls = store.calls.poll ?? 0
    const waiting = Promise.allSettled(Array.from({ length: 50 }, () => keyring.verify(token)))
    await clock.advanceAsync(1_000)
    for (const one of await waiting) expect(one).toMatchObject({ status: 'rejected', reason: unavailable })
    expect((store.calls.poll ?? 0) - polls).toBeLessThanOrEqual(2)
  })
})

describe('a store that was emptied', () => {
  test('calls no key unknown: cached ones work for five seconds, all others are 503, and so are managing calls', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const known = await create()
    const cold = await create()
    await keyring.verify(known.token)
    emptied(store)
    await expect(keyring.verify(cold.token)).rejects.toMatchObject(unavailable)
    await expect(keys.get(cold.key.id)).rejects.toMatchObject(unavailable)
    await expect(keys.revoke(cold.key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    await expect(create()).rejects.toMatchObject(unavailable)
    expect(doorTo(keyring).recall('direct', known.token)).toMatchObject({ ok: true })
    await clock.advanceAsync(5_000)
    expect(doorTo(keyring).recall('direct', known.token)).toBeUndefined()
    await expect(keyring.verify(known.token)).rejects.toMatchObject(unavailable)
  })

  test('does not take a key from the cache when it is refreshed', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(8_500)
    emptied(store)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(0)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
  })

  test('makes no owner gone', async () => {
    const { keys, keyring, store } = setUp()
    const { id } = await keys.serviceAccounts.create({ name: 'Deploy', permissions: ['prompts:read'] })
    const { token } = await keys.create({ name: 'Key', environment: 'ci', owner: { type: 'service', id } })
    const { find } = store
    emptied(store)
    store.find = find
    await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })

  test('is a store like any other to a process that starts on it, unless another one is named', async () => {
    const old = setUp()
    await old.keyring.ready()
    const { storeId } = old.keyring.guarantees()
    const fresh = setUp()
    await fresh.keyring.ready()
    expect(fresh.keyring.guarantees().storeId).not.toBe(storeId)
    const pinned = setUp({ storeId: storeId ?? '' })
    await expect(pinned.keyring.ready()).rejects.toMatchObject({ option: 'storeId' })
    await expect(pinned.keyring.verify(`acme_production_${'0'.repeat(65)}`)).resolves.toMatchObject({ ok: false })
  })

  test.each(['', 7, null, 'x'.repeat(256)])('cannot be named %j', (storeId) => {
    expect(() => setUp({ storeId: storeId as string })).toThrow(expect.objectContaining({ option: 'storeId' }))
  })
})

describe('one cold key', () => {
  const steps = ['the read', 'the owner'] as const

  test.each(steps)(
    'is read once, also for those who come after %s and before its verification is remembered',
    async (step) => {
      const owner = gate()
      const found = gate()
      let asked = 0
      const { create, keyring, store } = setUp({
        resolveOwner: async () => {
          asked += 1
          if (step === 'the owner') await owner.wait()
          return ['*:*']
        },
      })
      const { token } = await create()
      if (step === 'the read') store.after('find', () => found.wait())
      const held = step === 'the read' ? found : owner
      const all: Promise<Verification>[] = [keyring.verify(token)]
      await vi.waitUntil(() => held.arrived() === 1)
      for (let index = 0; index < 100; index += 1) {
        all.push(keyring.verify(token), Promise.resolve(doorTo(keyring).check('bearer', `Bearer ${token}`)))
        await new Promise((resolve) => setImmediate(resolve))
      }
      held.open()
      for (const verification of await Promise.all(all)) expect(verification).toMatchObject({ ok: true })
      expect(store.calls.find).toBe(1)
      expect(asked).toBe(1)
      expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toMatchObject({ ok: true })
      expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    },
  )

  test('is read again for those who come after its owner changed, while the first still wait for the old owner', async () => {
    const first = gate()
    const answers = [['prompts:read'], []]
    const { create, keyring } = setUp({
      resolveOwner: async () => {
        const grants = answers.shift() ?? []
        if (grants.length > 0) await first.wait()
        return grants
      },
    })
    const { token } = await create()
    const before = keyring.verify(token)
    await vi.waitUntil(() => first.arrived() === 1)
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    const after = keyring.verify(token)
    expect(await after).toMatchObject({ ok: true, apiKey: { permissions: [] } })
    first.open()
    expect(await before).toMatchObject({ ok: true, apiKey: { permissions: ['prompts:read'] } })
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true, apiKey: { permissions: [] } })
  })

  test('is judged again for those who come after its revocation was asked for and not confirmed', async () => {
    const owner = gate()
    const { create, keyring, keys, store } = setUp({ resolveOwner: async () => owner.wait().then(() => ['*:*']) })
    const { key, token } = await create()
    const before = keyring.verify(token)
    await vi.waitUntil(() => owner.arrived() === 1)
    store.before('commit', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    const after = keyring.verify(token)
    owner.open()
    expect(await after).toMatchObject({ ok: false, code: 'key_revoked' })
    expect(await before).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('is not joined by those who come when the lease has ended', async () => {
    const owner = gate()
    const { create, keyring, store, clock } = setUp({
      storeTimeoutMs: 60_000,
      resolveOwner: async () => owner.wait().then(() => ['*:*']),
    })
    const { token } = await create()
    const before = keyring.verify(token)
    await vi.waitUntil(() => owner.arrived() === 1)
    demoted(store)
    await clock.advanceAsync(6_000)
    await expect(keyring.verify(token)).rejects.toMatchObject(unavailable)
    owner.open()
    await before
  })
})

describe('a read ahead that fails', () => {
  test('is tried again by a later use, and the key in use is never without an answer', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(8_200)
    const failures: unknown[] = []
    const note = (message: unknown): void => void failures.push(message)
    channel('claviger:error').subscribe(note)
    store.before('find', fails)
    for (let step = 0; step < 4; step += 1) {
      expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
      await clock.advanceAsync(100)
    }
    channel('claviger:error').unsubscribe(note)
    expect(failures.length).toBe(2)
    store.before('find', undefined)
    await clock.advanceAsync(200)
    doorTo(keyring).recall('direct', token)
    await clock.advanceAsync(3_000)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
  })
})
