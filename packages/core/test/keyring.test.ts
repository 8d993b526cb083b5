import { inspect } from 'node:util'
import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import {
  argon2id,
  ConfigurationError,
  createKeyring,
  definePermissions,
  hmacSha256,
  isClavigerError,
  type KeyringOptions,
} from '../src/index.ts'
import type { KeyStore } from '../src/store/store.ts'
import { doorTo } from './support/door.ts'
import { fails, never } from './support/observed-store.ts'
import { ada, pepper, setUp } from './support/set-up.ts'

describe('createKeyring', () => {
  const good = {
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
  } as const

  test.each<[string, object]>([
    ['prefix', { prefix: 'Acme' }],
    ['prefix', { prefix: 'a_b' }],
    ['prefix', { prefix: 'a'.repeat(17) }],
    ['prefix', { prefix: undefined }],
    ['previousPrefixes[0]', { previousPrefixes: ['9x'] }],
    ['environments', { environments: [] }],
    ['environments[1]', { environments: ['ci', 'pro duction'] }],
    ['store', { store: memoryStore }],
    ['store', { store: {} }],
    ['store', { store: undefined }],
    ['permissions', { permissions: { prompts: ['read'] } }],
    ['defaultPermissions', { defaultPermissions: ['prompts:raed'] }],
    ['defaultPermissions', { defaultPermissions: 'prompts:read' }],
    ['resolveOwner', { owners: undefined }],
    ['resolveOwner', { owners: 'bounded' }],
    ['resolveOwner', { resolveOwner: () => [] }],
    ['hasher', { hasher: argon2id }],
    ['onEvent', { onEvent: 'log' }],
    ['recordAgeMs', { recordAgeMs: 0 }],
    ['recordAgeMs', { recordAgeMs: '10s' }],
    ['pollMs', { pollMs: Number.NaN }],
    ['leaseMs', { leaseMs: 1_000, pollMs: 1_000 }],
    ['storeTimeoutMs', { storeTimeoutMs: Number.POSITIVE_INFINITY }],
    ['negativeMs', { negativeMs: 2_001 }],
    ['staleIfErrorMs', { staleIfErrorMs: 60_001 }],
    ['cache.maxEntries', { cache: { maxEntries: 0.5 } }],
    ['hashing.concurrency', { hashing: { concurrency: 0 } }],
    ['policy.maxLifetime', { policy: { maxLifetime: -1 } }],
    ['policy.maxLifetime', { policy: { maxLifetime: 90 } }],
    ['policy.rotateAfter', { policy: { rotateAfter: 90 } }],
    ['policy.unusedAfter', { policy: { unusedAfter: 30 } }],
    ['policy.maxOverlap', { policy: { maxOverlap: 7 } }],
    ['retention.revokedKeys', { retention: { revokedKeys: 90 } }],
    ['retention.expiredKeys', { retention: { expiredKeys: 90 } }],
    ['retention.deletedServiceAccounts', { retention: { deletedServiceAccounts: 90 } }],
    ['retention.activity', { retention: { activity: 365 } }],
    ['retention.usage', { retention: { usage: 400 } }],
    ['retention.idempotency', { retention: { idempotency: 24 } }],
    ['pollMs', { pollMs: '1s' }],
    ['clock', { clock: {} }],
    ['clock', { clock: null }],
    ['policy.maxLifetimeMs', { policy: { maxLifetimeMs: 1 } }],
    ['policy.maxOverlap', { policy: { maxOverlap: '1 day' } }],
    ['policy.rotateAfter', { policy: { rotateAfter: 0 } }],
    ['retention.usage', { retention: { usage: '-1d' } }],
    ['retention.keys', { retention: { keys: '1d' } }],
    ['cache.max', { cache: { max: 1 } }],
    ['hashing.queue', { hashing: { queue: 1 } }],
    ['previousPrefixes', { previousPrefixes: 'old' }],
    ['ttl', { ttl: 5 }],
  ])('refuses a wrong %s at construction, by name', (option, wrong) => {
    const make = (): unknown => createKeyring({ ...good, ...wrong })
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option }))
  })

  test('says what was probably meant', () => {
    const make = (wrong: object) => () => createKeyring({ ...good, ...wrong })
    expect(make({ policy: { rotateAfter: 90 } })).toThrow(/Write '90d' for 90 days/)
    expect(make({ retention: { idempotency: 24 } })).toThrow(/Write '24h' for 24 hours/)
    expect(make({ pollMs: '1s' })).toThrow(
      'Expected pollMs to be a number of milliseconds, from 10 to 60000, got "1s". Write 1000.',
    )
    expect(make({ pollms: 1 })).toThrow(/no option "pollms", did you mean "pollMs"\?/)
  })

  test('does no I/O and starts no timer by itself', () => {
    const { store, clock } = setUp()
    expect(store.calls).toEqual({})
    expect(clock.pending()).toBe(0)
  })

  test('leaves the options it was given alone', () => {
    const options = Object.freeze({
      ...good,
      environments: Object.freeze(['ci']),
      defaultPermissions: Object.freeze([]),
    })
    expect(() => createKeyring(options as KeyringOptions)).not.toThrow()
  })
})

describe('ready', () => {
  test('passes once the store is ready and its head is read', async () => {
    const { keyring, store } = setUp()
    await keyring.ready()
    await keyring.ready()
    expect(store.calls).toMatchObject({ ready: 1, poll: 1, subscribe: 1 })
  })

  test('rejects with what is wrong, is not unhandled, and is tried again when asked again', async () => {
    const { keyring, store } = setUp()
    store.before('ready', () => {
      throw new ConfigurationError('allowVolatileStore', 'Turn on persistence.')
    })
    await expect(keyring.ready()).rejects.toMatchObject({
      option: 'allowVolatileStore',
      message: 'Turn on persistence.',
    })
    store.before('ready', undefined)
    await keyring.ready()
  })

  test('until it has passed, every verification is unavailable, and the store is asked once a second', async () => {
    const rehearsal = setUp({ seed: 3 })
    const { token } = await rehearsal.create()
    const { keyring, store, clock } = setUp({ seed: 3 })
    store.before('ready', fails)
    for (let index = 0; index < 20; index += 1) {
      await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    }
    expect(store.calls.ready).toBe(1)
    await clock.advanceAsync(1_000)
    store.before('ready', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'invalid_key' })
  })

  test('a store that never gets ready costs a verification one second', async () => {
    const rehearsal = setUp({ seed: 3 })
    const { token } = await rehearsal.create()
    const { keyring, store, clock } = setUp({ seed: 3 })
    store.before('ready', never)
    const waiting = expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await clock.advanceAsync(1_000)
    await waiting
  })
})

describe('guarantees', () => {
  test('with a complete store, all hold', () => {
    expect(setUp().keyring.guarantees()).toEqual({
      revocation: { sameProcess: 'immediate', otherProcessesWithinMs: 2_000, storeDownWithinMs: 5_000 },
      memory: { cacheBytes: expect.any(Number) },
      changeLog: true,
      bus: true,
      usage: true,
      callers: false,
      activity: true,
      serviceAccounts: true,
      reminders: true,
      followers: true,
      limits: [],
    })
  })

  test('with the smallest store, the bound is the record age, and what is missing is said', async () => {
    const { find, list, commit } = memoryStore()
    const smallest: KeyStore = { find, list, commit }
    const { keyring, keys, create, clock } = setUp({ on: smallest, staleIfErrorMs: 1_000 })
    const guarantees = keyring.guarantees()
    expect(guarantees).toMatchObject({
      revocation: { otherProcessesWithinMs: 10_000, storeDownWithinMs: 11_000 },
      changeLog: false,
      bus: false,
      usage: false,
      callers: false,
      activity: false,
      serviceAccounts: false,
      reminders: false,
      followers: false,
    })
    expect(guarantees.limits.length).toBe(9)
    expect(guarantees.limits).toContainEqual(expect.stringContaining('commitLocked'))
    const { key, token } = await create()
    const other = setUp({ on: smallest, at: clock, seed: 2 })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await other.keys.revoke(key.id)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(10_000)
    expect(await keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
    await keys.list()
  })
})

describe('rehashing', () => {
  const old = { id: 'old', secret: 'o'.repeat(32) }
  const fresh = { id: 'new', secret: 'n'.repeat(32) }

  test('a key used under an old pepper is stored again, silently, off the request path', async () => {
    const shared = memoryStore()
    const before = setUp({ on: shared.connect(), hasher: hmacSha256({ pepper: old }) })
    const { key, token } = await before.create()
    const head = (await shared.poll(null)).head
    const revision = key.revision
    const after = setUp({
      on: shared.connect(),
      hasher: argon2id({ memoryKiB: 7_168, iterations: 1, pepper: fresh, previousPeppers: [old] }),
    })
    expect(await after.keyring.verify(token)).toMatchObject({ ok: true })
    await vi.waitUntil(() => after.store.calls.commit === 1)
    await vi.waitUntil(async () => (await stored(shared, key.id)).secrets[0].pepperId === 'new')
    expect((await stored(shared, key.id)).secrets[0].hash).toMatch(/^\$argon2id\$/)
    expect((await stored(shared, key.id)).revision).toBe(revision)
    expect((await shared.poll(null)).head).toEqual(head)
    const last = setUp({ on: shared.connect(), hasher: argon2id({ memoryKiB: 7_168, iterations: 1, pepper: fresh }) })
    expect(await last.keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('gives way to a revocation that came first', async () => {
    const shared = memoryStore()
    const before = setUp({ on: shared.connect(), hasher: hmacSha256({ pepper: old }) })
    const { key, token } = await before.create()
    const after = setUp({ on: shared.connect(), hasher: hmacSha256({ pepper: fresh, previousPeppers: [old] }) })
    const held = gate()
    after.store.before('commit', () => held.wait())
    await after.keyring.verify(token)
    await vi.waitUntil(() => held.arrived() === 1)
    await before.keys.revoke(key.id)
    held.open()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await stored(shared, key.id)).toMatchObject({
      revokedAt: expect.any(Number),
      secrets: [{ pepperId: 'old' }],
    })
  })
})

describe('close', () => {
  test('ends polling and retries, closes the store, and refuses what comes after', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    await keyring.close()
    await keyring.close()
    expect(store.calls.close).toBe(1)
    expect(clock.pending()).toBe(0)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    for (const call of [() => keyring.verify(token), () => keys.get(key.id), () => keyring.ready(), () => create()]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CLOSED' })
    }
  })

  test('a verification under way ends, one way or the other', async () => {
    const { create, keyring, store } = setUp()
    const { token } = await create()
    const found = gate()
    store.after('find', () => found.wait())
    const racing = keyring.verify(token)
    await vi.waitUntil(() => found.arrived() === 1)
    const closing = keyring.close()
    found.open()
    await closing
    expect(await racing).toMatchObject({ ok: true })
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
  })
})

describe('what is never shown', () => {
  test('the token is in no record, key, verification, error or cache', async () => {
    const shared = memoryStore()
    const { create, keyring, keys } = setUp({ on: shared })
    const { key, token } = await create()
    const secret = token.slice(-49, -6)
    const verification = await keyring.verify(token)
    await keyring.verify(`${token.slice(0, -1)}!`)
    const failure = await keys.create({ name: token, environment: 'nowhere' }).catch((error: unknown) => error)
    expect(isClavigerError(failure)).toBe(true)
    const everything = inspect(
      [
        key,
        verification,
        failure,
        keyring,
        await keys.list(),
        await shared.find([key.id]),
        await shared.activity({ workspaceId: 'ws_acme', limit: 10 }),
      ],
      { depth: null, showHidden: true },
    )
    expect(everything).toContain(key.id)
    expect(everything).not.toContain(secret)
    expect(everything).not.toContain(pepper)
  })

  test('the published pattern finds tokens, and only tokens, in any text', async () => {
    const { create, keyring } = setUp({ previousPrefixes: ['old'] })
    const { token } = await create()
    expect(`key=${token};`.match(keyring.tokenPattern)?.[0]).toBe(token)
    expect(keyring.tokenPattern.test(token.replace('acme', 'old'))).toBe(true)
    for (const text of [token.slice(0, -1), token.replace('acme', 'evil'), token.replace('production', 'moon')]) {
      expect(keyring.tokenPattern.test(text)).toBe(false)
    }
  })
})

async function stored(store: KeyStore, id: string) {
  const record = (await store.find([id])).get(id)
  if (record === undefined || record === 'corrupt') throw new Error('Expected a stored key.')
  return record
}

test('two keyrings of other settings in one process share no memory', async () => {
  const shared = memoryStore()
  const wide = setUp({ on: shared.connect() })
  const narrow = setUp({ on: shared.connect(), resolveOwner: () => [] })
  const { token } = await wide.create()
  expect(await wide.keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({ ok: true })
  expect(doorTo(narrow.keyring).recall('direct', token)).toBeUndefined()
  expect(await narrow.keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({ ok: false })
})

test('two keyrings with other peppers on one store never accept each other’s tokens', async () => {
  const shared = memoryStore()
  const clock = testClock()
  const a = setUp({ on: shared.connect(), at: clock })
  const { token } = await a.create({ owner: ada })
  const others = [
    [hmacSha256({ pepper: 'another pepper of 32 characters!' }), 'ERR_CLAVIGER_CONFIGURATION'],
    [hmacSha256({ pepper: { id: 'b', secret: 'another pepper of 32 characters!' } }), 'ERR_CLAVIGER_UNAVAILABLE'],
  ] as const
  for (const [hasher, code] of others) {
    const b = setUp({ on: shared.connect(), at: clock, seed: 2, hasher })
    await expect(b.keyring.verify(token)).rejects.toMatchObject({ code })
  }
})
