import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { argon2id } from '../../src/index.ts'
import { forged, unknown } from '../support/foreign-tokens.ts'
import { hashesDuring } from '../support/hashes-during.ts'
import { setUp } from '../support/set-up.ts'

// The real library, with its calls counted.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, verify: vi.fn(library.verify) }
})

describe('a token that is not a key', () => {
  test('unknown id, wrong secret and wrong secret of a dead key answer alike', async () => {
    const { create, keyring, keys, clock, store } = setUp()
    const good = await create()
    const dead = await create()
    const late = await create({ expiresAt: new Date(clock.now() + 1_000) })
    await keys.revoke(dead.key.id)
    clock.advance(1_000)
    const answers: unknown[] = []
    const reads: number[] = []
    for (const token of [unknown(), forged(good.token), forged(dead.token), forged(late.token)]) {
      const before = store.calls.find ?? 0
      answers.push(JSON.stringify(await keyring.verify(token)))
      reads.push((store.calls.find ?? 0) - before)
    }
    expect(new Set(answers)).toEqual(new Set(['{"ok":false,"code":"invalid_key"}']))
    expect(reads).toEqual([1, 1, 1, 1])
  })

  test('guessing at an id still costs the same, whether the id exists or not', async () => {
    const { create, keyring, store } = setUp()
    const { token } = await create()
    const readsFor = async (make: (secret: string) => string): Promise<number> => {
      const before = store.calls.find ?? 0
      for (const character of 'ABCDE') await keyring.verify(make(character.repeat(43)))
      return (store.calls.find ?? 0) - before
    }
    const ofKnown = await readsFor((secret) => forged(token, secret))
    const ofUnknown = await readsFor((secret) => forged(unknown(), secret))
    expect(ofKnown).toBe(ofUnknown)
  })

  test('a wrong secret for a known id runs no argon2', async () => {
    const { create, keyring } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }) })
    const { token } = await create()
    expect(await hashesDuring(() => keyring.verify(forged(token)))).toBe(0)
    expect(await hashesDuring(() => keyring.verify(token))).toBe(1)
  })

  test('is remembered for two seconds, by the whole token', async () => {
    const { keyring, store, clock } = setUp()
    const token = unknown()
    await keyring.verify(token)
    await keyring.verify(token)
    expect(store.calls.find).toBe(1)
    await clock.advanceAsync(2_000)
    await keyring.verify(token)
    expect(store.calls.find).toBe(2)
  })

  test('a key created after it was tried works at once', async () => {
    const clock = testClock()
    const shared = memoryStore()
    const other = setUp({ on: shared.connect(), at: clock, seed: 7 })
    const here = setUp({ on: shared.connect(), at: clock, seed: 7 })
    // The same seed makes the same token: here it is tried before it exists.
    const rehearsal = setUp({ seed: 7 })
    const { token } = await rehearsal.create()
    expect(await here.keyring.verify(token)).toMatchObject({ ok: false, code: 'invalid_key' })
    expect((await other.create()).token).toBe(token)
    await clock.advanceAsync(1_000)
    expect(await here.keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('not even a read that raced the creation remembers it as unknown', async () => {
    const rehearsal = setUp({ seed: 7 })
    const { token } = await rehearsal.create()
    const { create, keyring, store } = setUp({ seed: 7 })
    await keyring.ready()
    const found = gate()
    store.after('find', () => found.wait())
    const racing = keyring.verify(token)
    await vi.waitUntil(() => found.arrived() === 1)
    await create()
    found.open()
    expect(await racing).toMatchObject({ ok: false, code: 'invalid_key' })
    store.after('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('30 000 random keys evict no honest one and stay within bounds', async () => {
    const { create, keyring, store } = setUp({ cache: { maxEntries: 100, maxNegatives: 1_000 } })
    const { token } = await create()
    await keyring.verify(token)
    for (let index = 0; index < 30_000; index += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, (_, offset) => keyring.verify(unknown(index + offset))))
    }
    const before = store.calls.find
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(store.calls.find).toBe(before)
  })

  test('wrong secrets for a victim’s id lock no one out and leave nothing on its record', async () => {
    const shared = memoryStore()
    const { create, keyring } = setUp({ on: shared })
    const { key, token } = await create()
    for (let index = 0; index < 1_000; index += 1) await keyring.verify(forged(token, String(index).padStart(43, 'S')))
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect((await shared.find([key.id])).get(key.id)).toMatchObject({ revision: 1, lastUsedAt: null })
  })

  test('one batch of a flood is bounded, and the rest of the tick goes into the next', async () => {
    const { keyring, store } = setUp()
    const sizes: number[] = []
    const { find } = store
    store.find = (ids) => {
      sizes.push(ids.length)
      return find(ids)
    }
    await Promise.all(Array.from({ length: 1_200 }, (_, index) => keyring.verify(unknown(index))))
    expect(sizes).toEqual([500, 500, 200])
  })
})
