import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { argon2id, hmacSha256 } from '../../src/index.ts'
import { formatToken } from '../../src/token/token.ts'
import { fails, never } from '../support/observed-store.ts'
import { ada, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

// The real library, with its calls counted.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, verify: vi.fn(library.verify) }
})

async function hashesDuring(work: () => Promise<unknown>): Promise<number> {
  const { verify } = await import('@node-rs/argon2')
  const before = vi.mocked(verify).mock.calls.length
  await work()
  return vi.mocked(verify).mock.calls.length - before
}

/** The same key with another secret: well-formed, check and all. */
function forged(token: string, secret = 'S'.repeat(43)): string {
  const [prefix = '', environment = '', body = ''] = token.split('_')
  return formatToken({ prefix, environment, id: body.slice(0, 16), secret })
}

/** A well-formed token of an id no one has. */
function unknown(index = 0): string {
  return formatToken({
    prefix: 'acme',
    environment: 'production',
    id: String(index).padStart(16, '0'),
    secret: 'S'.repeat(43),
  })
}

describe('a key that is in good state', () => {
  test('a token that cannot be one costs no store access', async () => {
    const { keyring, store } = setUp()
    await keyring.ready()
    for (const text of [
      '',
      'acme',
      'ghp_0123456789',
      `${unknown()}x`,
      unknown().slice(0, -1),
      42,
      null,
      undefined,
      {},
    ]) {
      expect(await keyring.verify(text)).toMatchObject({ ok: false, code: 'malformed_key' })
    }
    expect(store.calls.find).toBeUndefined()
  })

  test('is accepted, and shows neither token nor hash', async () => {
    const { create, keyring } = setUp()
    const { key, token } = await create({ metadata: { team: 'search' } })
    const verification = await keyring.verify(token)
    expect(verification).toMatchObject({
      ok: true,
      endsAt: null,
      apiKey: {
        id: key.id,
        workspaceId: 'ws_acme',
        name: 'Production',
        environment: 'production',
        permissions: ['prompts:read', 'prompts:list', 'context:download'],
        owner: ada,
        secretVersion: 1,
        metadata: { team: 'search' },
        expiresAt: null,
      },
    })
    expect(JSON.stringify(verification)).not.toContain(token.slice(20))
    expect(JSON.stringify(verification)).not.toMatch(/hmac|tag|hash/)
  })

  test('a second use asks no one: no store call, no hash, the same verification in the same tick', async () => {
    let asked = 0
    const { create, keyring, store } = setUp({
      resolveOwner: () => {
        asked += 1
        return ['*:*']
      },
    })
    const { token } = await create()
    const first = await doorTo(keyring).check('bearer', `Bearer ${token}`)
    const before = { ...store.calls }
    expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toBe(first)
    expect(await doorTo(keyring).check('bearer', `Bearer ${token}`)).toBe(first)
    expect(store.calls).toEqual(before)
    expect(asked).toBe(1)
  })

  test('1 000 concurrent uses of one cold key are one find, one owner look-up and at most one argon2', async () => {
    let asked = 0
    const resolveOwner = (): string[] => {
      asked += 1
      return ['*:*']
    }
    const { create, keyring, store } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }), resolveOwner })
    const { token } = await create()
    const hashes = await hashesDuring(async () => {
      const verifications = await Promise.all(Array.from({ length: 1_000 }, () => keyring.verify(token)))
      expect(verifications.every(({ ok }) => ok)).toBe(true)
    })
    expect(hashes).toBe(1)
    expect(store.calls.find).toBe(1)
    expect(asked).toBe(1)
  })

  test('the misses of one tick are one find', async () => {
    const { create, keyring, store } = setUp()
    const tokens: string[] = []
    for (let index = 0; index < 50; index += 1) tokens.push((await create()).token)
    await Promise.all(tokens.map((token) => keyring.verify(token)))
    expect(store.calls.find).toBe(1)
  })

  test('a record that cannot even be looked at fails its own caller as an outage, and no one else of the batch', async () => {
    const { create, keyring, store } = setUp()
    const [good, odd] = [await create(), await create()]
    const { find } = store
    store.find = async (ids) => {
      const found = new Map(await find(ids))
      const lazy = Object.defineProperty({}, 'id', {
        get() {
          throw new TypeError('not loaded')
        },
      })
      return found.set(odd.key.id, lazy as never)
    }
    const [first, second] = await Promise.allSettled([keyring.verify(good.token), keyring.verify(odd.token)])
    expect(first).toMatchObject({ status: 'fulfilled', value: { ok: true } })
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' },
    })
  })

  test('what a handler does to its copy reaches no one else', async () => {
    const { create, keyring } = setUp()
    const { token } = await create({ expiresAt: new Date(Date.UTC(2026, 0, 1)) })
    const first = await keyring.verify(token)
    if (!first.ok) throw new Error('unreachable')
    expect(() => (first.apiKey.permissions as string[]).push('keys:manage')).toThrow(TypeError)
    expect(() => Object.assign(first.apiKey.owner, { id: 'eve' })).toThrow(TypeError)
    first.apiKey.expiresAt?.setTime(0)
    expect(first.apiKey.expiresAt).toEqual(new Date(Date.UTC(2026, 0, 1)))
  })

  test('no spelling and no carrier lends another its verification', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    await doorTo(keyring).check('bearer', `Bearer ${token}`)
    expect(doorTo(keyring).recall('bearer', `Bearer ${token}`)).toMatchObject({ ok: true })
    expect(doorTo(keyring).recall('bearer', `bearer ${token}`)).toBeUndefined()
    expect(doorTo(keyring).recall('bearer', token)).toBeUndefined()
    expect(doorTo(keyring).recall('header', token)).toBeUndefined()
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(doorTo(keyring).recall('header', `Bearer ${token}`)).toBeUndefined()
  })

  test('another carrier of a proven token needs no second hash', async () => {
    const { create, keyring, store } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }) })
    const { token } = await create()
    await doorTo(keyring).check('bearer', `Bearer ${token}`)
    expect(await hashesDuring(async () => doorTo(keyring).check('header', token))).toBe(0)
    expect(store.calls.find).toBe(2)
  })
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

  test('guessing at an id goes on costing the same, whether the id exists or not', async () => {
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

describe('a key in another state', () => {
  test('with its secret proven, the state is told, and remembered', async () => {
    const { create, keyring, keys, clock, store } = setUp()
    const dead = await create()
    const late = await create({ expiresAt: new Date(clock.now() + 500) })
    await keys.revoke(dead.key.id)
    await clock.advanceAsync(500)
    expect(await keyring.verify(dead.token)).toEqual({ ok: false, code: 'key_revoked', keyId: dead.key.id })
    expect(await keyring.verify(late.token)).toEqual({ ok: false, code: 'key_expired', keyId: late.key.id })
    const before = store.calls.find
    for (let index = 0; index < 10; index += 1) {
      await keyring.verify(dead.token)
      await keyring.verify(late.token)
    }
    expect(store.calls.find).toBe(before)
  })

  test('expiry is exact, whatever is cached', async () => {
    const { create, keyring, clock } = setUp()
    const { token } = await create({ expiresAt: new Date(clock.now() + 3_000) })
    await keyring.verify(token)
    await clock.advanceAsync(2_999)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    clock.advance(1)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_expired' })
  })

  test('a client is told ahead that its key ends', async () => {
    const { create, keyring, clock } = setUp()
    const expiresAt = clock.now() + 20 * 86_400_000
    const { token } = await create({ expiresAt: new Date(expiresAt) })
    expect(await keyring.verify(token)).toMatchObject({
      ok: true,
      endsAt: expiresAt,
      noticeFrom: expiresAt - 14 * 86_400_000,
    })
  })
})

describe('what a use asks of the key', () => {
  test('workspace, environment and permissions are judged in this order', async () => {
    const { create, keyring } = setUp({ resolveOwner: () => ['prompts:*'] })
    const { token } = await create({ permissions: ['prompts:read', 'context:download'] })
    const code = async (context: object): Promise<string> => {
      const verification = await keyring.verify(token, context)
      return verification.ok ? 'ok' : verification.code
    }
    expect(await code({ workspaceId: 'ws_acme', environment: ['production'], permission: 'prompts:read' })).toBe('ok')
    expect(await code({ workspaceId: 'ws_globex', environment: ['ci'], permission: 'prompts:write' })).toBe(
      'wrong_workspace',
    )
    expect(await code({ environment: ['ci', 'staging'], permission: 'prompts:write' })).toBe('wrong_environment')
    expect(await code({ permission: 'prompts:write' })).toBe('insufficient_permission')
    expect(await code({ permission: 'context:download' })).toBe('owner_lacks_permission')
    expect(await code({ permissions: ['prompts:read', 'prompts:write'] })).toBe('insufficient_permission')
    expect(await code({ anyPermission: ['prompts:write', 'prompts:read'] })).toBe('ok')
    expect(await code({ anyPermission: ['prompts:write', 'context:download'] })).toBe('owner_lacks_permission')
  })

  test('an owner who may do everything lends the key nothing', async () => {
    const { create, keyring } = setUp({ resolveOwner: () => ['*:*'] })
    const { token } = await create({ permissions: ['prompts:read'] })
    expect(await keyring.verify(token, { permission: 'prompts:write' })).toMatchObject({
      code: 'insufficient_permission',
    })
  })

  test('a verified key stays what it was when it was verified; the next use is judged again', async () => {
    let grants = ['prompts:read']
    const { create, keyring } = setUp({ resolveOwner: () => grants })
    const { token } = await create()
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error('unreachable')
    grants = []
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    expect(keyring.authorize(verification.apiKey, { permissions: ['prompts:read'] })).toBeUndefined()
    expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({
      code: 'owner_lacks_permission',
    })
  })

  test('a requirement that cannot be meant is an error, not a verification', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    for (const context of [
      { permission: 'prompts:raed' },
      { anyPermission: [] },
      { environment: ['prod'] },
    ] as never[]) {
      await expect(keyring.verify(token, context)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION' })
    }
  })

  test('a refusal names what was asked for, never what the key holds', async () => {
    const { create, keyring } = setUp()
    const { key, token } = await create({ permissions: ['prompts:read'] })
    expect(await keyring.verify(token, { permission: 'context:download' })).toEqual({
      ok: false,
      code: 'insufficient_permission',
      keyId: key.id,
      requiredPermissions: ['context:download'],
    })
  })
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

describe('refreshing ahead', () => {
  test('a key in use is read again before its deadline, once, without anyone waiting', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(8_500)
    const held = gate()
    store.before('find', () => held.wait())
    for (let index = 0; index < 100; index += 1)
      expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(0)
    expect(store.calls.find).toBe(2)
    held.open()
    await clock.advanceAsync(0)
    await clock.advanceAsync(5_000)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
  })

  test('never serves stale while revalidating: a refresh that fails lets the entry end on time', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    await clock.advanceAsync(8_500)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(1_500)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
  })

  test('a record that vanished from the store is refused from the refresh on', async () => {
    const { create, keyring, store, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    await clock.advanceAsync(8_500)
    store.find = async () => new Map()
    doorTo(keyring).recall('direct', token)
    await clock.advanceAsync(0)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(await keyring.verify(token)).toEqual({ ok: false, code: 'invalid_key' })
  })
})

describe('what operators can watch', () => {
  test('every verification that asked the store is published, without a token', async () => {
    const seen: unknown[] = []
    const note = (message: unknown): void => void seen.push(message)
    const { create, keyring, keys } = setUp()
    const { key, token } = await create()
    channel('claviger:verify').subscribe(note)
    await keyring.verify(token)
    await keyring.verify(token)
    await keyring.verify(unknown())
    await keys.revoke(key.id)
    await keyring.verify(token)
    channel('claviger:verify').unsubscribe(note)
    expect(seen).toEqual([
      { ok: true, keyId: key.id },
      { ok: false, code: 'invalid_key', keyId: undefined },
      { ok: false, code: 'key_revoked', keyId: key.id },
    ])
    expect(JSON.stringify(seen)).not.toContain(token.slice(-49))
  })

  test('an argon2 that fails is an outage of the hasher, not a wrong key', async () => {
    const { create, keyring } = setUp({ hasher: argon2id({ memoryKiB: 7_168, iterations: 1 }) })
    const { token } = await create()
    const { verify } = await import('@node-rs/argon2')
    vi.mocked(verify).mockRejectedValueOnce(new Error('binding not found'))
    await expect(keyring.verify(token)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      dependency: 'hasher',
      cause: { message: 'binding not found' },
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })
})
