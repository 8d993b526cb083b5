import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { memoryStore } from '@claviger/store-memory'
import { gate } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { hmacSha256 } from '../../src/index.ts'
import { fails, never } from '../support/observed-store.ts'
import { hashesDuring } from '../support/hashes-during.ts'
import { setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

// The real library, with its calls counted.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, verify: vi.fn(library.verify) }
})

describe('when infrastructure fails', () => {
  test('a store error is thrown as unavailable and never remembered', async () => {
    const { create, keyring, store } = setUp()
    const { token } = await create()
    store.before('find', fails)
    await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
    store.before('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('a store that stalls costs one second, and what it says too late fills nothing', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    const stalled = gate()
    store.before('find', () => stalled.wait())
    const waiting = expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await clock.advanceAsync(1_000)
    await waiting
    stalled.open()
    await clock.advanceAsync(0)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
  })

  test('a caller that comes after a stall is not tied to the call that hangs', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    store.before('find', never)
    const waiting = expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await clock.advanceAsync(1_000)
    await waiting
    store.before('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('one budget covers store and owner together', async () => {
    const owner = gate()
    const { create, keyring, store, clock } = setUp({ resolveOwner: async () => owner.wait().then(() => ['*:*']) })
    const { token } = await create()
    const found = gate()
    store.after('find', () => found.wait())
    let failedAt = 0
    const startedAt = clock.now()
    const waiting = keyring.verify(token).catch(() => {
      failedAt = clock.now()
    })
    await clock.advanceAsync(700)
    found.open()
    await clock.advanceAsync(2_000)
    await waiting
    expect(failedAt - startedAt).toBe(1_000)
  })

  test('a stored hash or tag that cannot be read refuses the key, runs no hash, is reported and not remembered', async () => {
    const shared = memoryStore()
    const { create, keyring, store } = setUp({ on: shared })
    const { key, token } = await create()
    const record = (await shared.find([key.id])).get(key.id)
    if (record === undefined || record === 'corrupt') throw new Error('unreachable')
    const seen: unknown[] = []
    const note = (message: unknown): void => void seen.push(message)
    channel('claviger:corrupt').subscribe(note)
    const hash =
      '$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    for (const broken of [{ hash }, { tag: 'none' }]) {
      store.find = async () => new Map([[key.id, { ...record, secrets: [{ ...record.secrets[0], ...broken }] }]])
      expect(await hashesDuring(() => keyring.verify(token))).toBe(0)
      expect(await keyring.verify(token)).toEqual({ ok: false, code: 'invalid_key' })
    }
    store.find = async () => new Map([[key.id, 'corrupt']])
    expect(await keyring.verify(token)).toEqual({ ok: false, code: 'invalid_key' })
    channel('claviger:corrupt').unsubscribe(note)
    expect(seen).toContainEqual({ keyId: key.id, field: 'hash' })
    expect(seen).toContainEqual({ keyId: key.id, field: 'tag' })
    store.find = async (ids) => shared.find(ids)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('a store that answers with another key’s record is not believed', async () => {
    const shared = memoryStore()
    const { create, keyring, store } = setUp({ on: shared })
    const mine = await create()
    const other = await create()
    store.find = async () =>
      new Map([[mine.key.id, (await shared.find([other.key.id])).get(other.key.id) ?? 'corrupt']])
    expect(await keyring.verify(mine.token)).toEqual({ ok: false, code: 'invalid_key' })
  })

  test('a key hashed under a pepper this process does not have is our fault, not the client’s', async () => {
    const shared = memoryStore()
    const before = setUp({ on: shared.connect() })
    const { token } = await before.create()
    const other = setUp({
      on: shared.connect(),
      hasher: hmacSha256({ pepper: { id: 'other', secret: 'o'.repeat(32) } }),
    })
    await expect(other.keyring.verify(token)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      dependency: 'hasher',
    })
  })

  test('an error handed on carries nothing a driver hung on it', async () => {
    const { create, keyring, store } = setUp()
    const { token } = await create()
    store.before('find', () => {
      const command = { name: 'set', args: ['$argon2id$secret'] }
      throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED', command, sql: '$argon2id$secret' })
    })
    const error: unknown = await keyring.verify(token).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ cause: { message: 'connection refused', code: 'ECONNREFUSED' } })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('$argon2id')
  })

  test('an outage of the owner look-up is not bridged by staleIfErrorMs', async () => {
    let grants: () => string[] = () => ['*:*']
    const { create, keyring, clock } = setUp({ staleIfErrorMs: 60_000, resolveOwner: () => grants() })
    const { token } = await create()
    await keyring.verify(token)
    grants = fails
    await clock.advanceAsync(11_000)
    await expect(keyring.verify(token)).rejects.toMatchObject({ dependency: 'owner' })
  })

  test('an expiry that comes while the owner is looked up is not missed', async () => {
    const asked = gate()
    const { create, keyring, clock } = setUp({ resolveOwner: async () => asked.wait().then(() => ['*:*']) })
    const { token } = await create({ expiresAt: new Date(clock.now() + 500) })
    const racing = keyring.verify(token)
    await vi.waitUntil(() => asked.arrived() === 1)
    await clock.advanceAsync(500)
    asked.open()
    expect(await racing).toMatchObject({ ok: false, code: 'key_expired' })
  })

  test('staleIfErrorMs, asked for by name, bridges an outage but never a revocation or an expiry', async () => {
    const { create, keyring, keys, store, clock } = setUp({ staleIfErrorMs: 60_000 })
    const stale = await create()
    const ending = await create({ expiresAt: new Date(clock.now() + 20_000) })
    const revoked = await create()
    for (const { token } of [stale, ending, revoked]) await keyring.verify(token)
    await keys.revoke(revoked.key.id)
    for (const method of ['find', 'poll'] as const) store.before(method, fails)
    await clock.advanceAsync(15_000)
    expect(await keyring.verify(stale.token)).toMatchObject({ ok: true })
    expect(await keyring.verify(ending.token)).toMatchObject({ ok: true })
    await expect(keyring.verify(revoked.token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await clock.advanceAsync(5_000)
    await expect(keyring.verify(ending.token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await clock.advanceAsync(50_000)
    await expect(keyring.verify(stale.token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })

  test('without staleIfErrorMs an outage refuses no one wrongly: cached for the lease, then unavailable', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    for (const method of ['find', 'poll'] as const) store.before(method, fails)
    await clock.advanceAsync(4_999)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(1)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })
})
