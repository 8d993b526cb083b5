import { memoryStore } from '@claviger/store-memory'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { fails, never } from '../support/observed-store.ts'
import { ada, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

/** Two processes on one database, sharing only the clock. */
function twoProcesses() {
  const clock = testClock()
  const database = memoryStore()
  const a = setUp({ on: database.connect(), at: clock, seed: 1 })
  const b = setUp({ on: database.connect(), at: clock, seed: 2 })
  return { clock, a, b }
}

describe('in the same process', () => {
  test('no verification that starts after revoke() resolved accepts', async () => {
    const { create, keyring, keys } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    await keys.revoke(key.id)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('also when another process had revoked the key already, and the news had not come', async () => {
    const { a, b } = twoProcesses()
    a.store.before('subscribe', fails)
    const { key, token } = await a.create()
    await a.keyring.verify(token)
    await b.keys.revoke(key.id)
    expect(doorTo(a.keyring).recall('direct', token)).toMatchObject({ ok: true })
    await a.keys.revoke(key.id)
    expect(doorTo(a.keyring).recall('direct', token)).toBeUndefined()
    expect(await a.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('a verification under way while the revoke commits accepts at most once and fills nothing', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    const found = gate()
    store.after('find', () => found.wait())
    const racing = keyring.verify(token)
    await vi.waitUntil(() => found.arrived() === 1)
    store.after('find', undefined)
    await keys.revoke(key.id)
    found.open()
    await racing
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('a verification that starts after the revoke never joins a read that began before it', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    const found = gate()
    store.after('find', () => found.wait())
    const before = keyring.verify(token)
    await vi.waitUntil(() => found.arrived() === 1)
    store.after('find', undefined)
    await keys.revoke(key.id)
    const after = keyring.verify(token)
    found.open()
    await before
    expect(await after).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('a revoke while the owner is being looked up leaves nothing cached', async () => {
    const asked = gate()
    const { create, keyring, keys } = setUp({ resolveOwner: async () => asked.wait().then(() => ['*:*']) })
    const { key, token } = await create()
    const racing = keyring.verify(token)
    await vi.waitUntil(() => asked.arrived() === 1)
    await keys.revoke(key.id)
    asked.open()
    await racing
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
  })

  test('a revocation learnt through one carrier ends what others and slower reads still hold', async () => {
    const { a, b } = twoProcesses()
    b.store.before('subscribe', fails)
    const { key, token } = await a.create()
    await doorTo(b.keyring).check('bearer', `Bearer ${token}`)
    await a.keys.revoke(key.id)
    expect(doorTo(b.keyring).recall('bearer', `Bearer ${token}`)).toMatchObject({ ok: true })
    expect(await doorTo(b.keyring).check('header', token)).toMatchObject({ code: 'key_revoked' })
    expect(doorTo(b.keyring).recall('bearer', `Bearer ${token}`)).toBeUndefined()
  })

  test('a store that went back in time cannot bring the key back', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key, token } = await create()
    const before = await store.find([key.id])
    await keys.revoke(key.id)
    store.find = async () => before
    await clock.advanceAsync(20_000)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })
})

describe('in other processes', () => {
  test('with the bus up, at once', async () => {
    const { a, b, clock } = twoProcesses()
    const { key, token } = await a.create()
    await b.keyring.verify(token)
    await a.keys.revoke(key.id)
    await clock.advanceAsync(0)
    expect(doorTo(b.keyring).recall('direct', token)).toBeUndefined()
    expect(await b.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('with the bus silent, with the next poll', async () => {
    const { a, b, clock } = twoProcesses()
    b.store.before('subscribe', fails)
    const { key, token } = await a.create()
    await b.keyring.verify(token)
    await a.keys.revoke(key.id)
    await clock.advanceAsync(999)
    expect(doorTo(b.keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(1)
    expect(doorTo(b.keyring).recall('direct', token)).toBeUndefined()
  })

  test('with bus and store down, when the lease ends', async () => {
    const { a, b, clock } = twoProcesses()
    b.store.before('subscribe', fails)
    const { key, token } = await a.create()
    await b.keyring.verify(token)
    for (const method of ['poll', 'find'] as const) b.store.before(method, never)
    await a.keys.revoke(key.id)
    await clock.advanceAsync(4_999)
    expect(doorTo(b.keyring).recall('direct', token)).toMatchObject({ ok: true })
    await clock.advanceAsync(1)
    expect(doorTo(b.keyring).recall('direct', token)).toBeUndefined()
    const late = expect(b.keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await clock.advanceAsync(1_000)
    await late
    for (const method of ['poll', 'find'] as const) b.store.before(method, undefined)
    await clock.advanceAsync(2_000)
    expect(await b.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('an invalidation that arrives before the read it concerns keeps that read out', async () => {
    const { a, b, clock } = twoProcesses()
    const { key, token } = await a.create()
    await b.keyring.ready()
    const found = gate()
    b.store.after('find', () => found.wait())
    const racing = b.keyring.verify(token)
    await vi.waitUntil(() => found.arrived() === 1)
    await a.keys.revoke(key.id)
    await clock.advanceAsync(0)
    found.open()
    await racing
    expect(doorTo(b.keyring).recall('direct', token)).toBeUndefined()
  })

  test('a verification that starts after the news arrived never joins a read that began before it', async () => {
    const { a, b, clock } = twoProcesses()
    const { key, token } = await a.create()
    await b.keyring.ready()
    const found = gate()
    b.store.after('find', () => found.wait())
    const before = b.keyring.verify(token)
    await vi.waitUntil(() => found.arrived() === 1)
    b.store.after('find', undefined)
    await a.keys.revoke(key.id)
    await clock.advanceAsync(0)
    const after = b.keyring.verify(token)
    found.open()
    expect(await before).toMatchObject({ ok: true })
    expect(await after).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('an owner that lost a permission, announced, is judged again everywhere', async () => {
    const clock = testClock()
    const database = memoryStore()
    let grants: string[] | null = ['*:*']
    const options = { at: clock, resolveOwner: () => grants }
    const a = setUp({ ...options, on: database.connect(), seed: 1 })
    const b = setUp({ ...options, on: database.connect(), seed: 2 })
    const { token } = await a.create()
    const context = { permission: 'prompts:read' } as const
    expect(await b.keyring.verify(token, context)).toMatchObject({ ok: true })
    grants = ['context:download']
    await a.keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await clock.advanceAsync(0)
    expect(await b.keyring.verify(token, context)).toMatchObject({ code: 'owner_lacks_permission' })
    grants = null
    await a.keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    await clock.advanceAsync(0)
    expect(await b.keyring.verify(token)).toMatchObject({ ok: false, code: 'owner_gone' })
  })

  test('an owner that changed unannounced is judged again within the record age', async () => {
    let grants: string[] | null = ['*:*']
    const { create, keyring, clock } = setUp({ resolveOwner: () => grants })
    const { token } = await create()
    await keyring.verify(token)
    grants = null
    await clock.advanceAsync(10_000)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'owner_gone' })
  })
})

describe('a revocation the store does not confirm', () => {
  test('is denied here at once, rejected as not durable, and made durable when the store is back', async () => {
    const { a, b, clock } = twoProcesses()
    const { key, token } = await a.create()
    await a.keyring.verify(token)
    await b.keyring.verify(token)
    a.store.before('commit', fails)
    await expect(a.keys.revoke(key.id, { reason: 'leaked' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
      keyId: key.id,
    })
    expect(await a.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    expect(await b.keyring.verify(token)).toMatchObject({ ok: true })
    await clock.advanceAsync(3_000)
    a.store.before('commit', undefined)
    await clock.advanceAsync(2_000)
    expect(await b.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    expect(await b.keys.get(key.id)).toMatchObject({ status: 'revoked', revokedReason: 'leaked' })
  })

  test('also when the store cannot even be read, for keys this process knows', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    store.before('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('no one denies another workspace a key this way', async () => {
    const { create, keyring, store, clock } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    const stranger = keyring.as({ type: 'user', id: 'eve', workspaceId: 'ws_globex', permissions: [] })
    await expect(stranger.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    store.before('find', undefined)
    await clock.advanceAsync(5_000)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('another tenant’s attempt during the outage neither denies the key nor gets in the way of its owner', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    const stranger = keyring.as({ type: 'user', id: 'eve', workspaceId: 'ws_globex', permissions: [] })
    const notDurable = { code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' }
    await expect(stranger.revoke(key.id)).rejects.toMatchObject(notDurable)
    expect(doorTo(keyring).recall('direct', token)).toMatchObject({ ok: true })
    await expect(keys.revoke(key.id)).rejects.toMatchObject(notDurable)
    expect(doorTo(keyring).recall('direct', token)).toBeUndefined()
    store.before('find', undefined)
    await clock.advanceAsync(3_000)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    expect(await keys.get(key.id)).toMatchObject({ status: 'revoked' })
  })

  test('one workspace fills no room of another, and is told when its own is full', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    store.before('find', fails)
    const stranger = keyring.as({ type: 'user', id: 'eve', workspaceId: 'ws_globex', permissions: [] })
    const codes: unknown[] = []
    for (let index = 0; index < 201; index += 1) {
      const id = String(index).padStart(16, '0')
      codes.push(await stranger.revoke(id).catch((error: { code: string }) => error.code))
    }
    expect(codes.slice(0, 200)).toEqual(Array(200).fill('ERR_CLAVIGER_REVOCATION_NOT_DURABLE'))
    expect(codes[200]).toBe('ERR_CLAVIGER_UNAVAILABLE')
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
  })

  test('a key that was not cached is refused as well, once it can be read', async () => {
    const { create, keyring, keys, store } = setUp()
    const { key, token } = await create()
    store.before('find', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    store.before('find', undefined)
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('a verification that waited for its owner meanwhile is refused, and fills nothing', async () => {
    const asked = gate()
    const { create, keyring, keys, store } = setUp({ resolveOwner: async () => asked.wait().then(() => ['*:*']) })
    const { key, token } = await create()
    const racing = keyring.verify(token)
    await vi.waitUntil(() => asked.arrived() === 1)
    store.before('find', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    asked.open()
    expect(await racing).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('an attempt whose answer was lost is recognised, and reported once', async () => {
    const events: string[] = []
    const { create, keys, store, clock } = setUp({ onEvent: ({ type }) => void events.push(type) })
    const { key } = await create()
    store.after('commit', () => {
      store.before('find', fails)
      throw new Error('connection reset')
    })
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    store.after('commit', undefined)
    store.before('find', undefined)
    await clock.advanceAsync(3_000)
    expect(events).toEqual(['key.created', 'key.revoked'])
    expect(await keys.get(key.id)).toMatchObject({ status: 'revoked', revision: 2 })
  })

  test('a retry under way when the keyring is closed is the last one', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key } = await create()
    store.before('commit', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    const held = gate()
    store.before('find', () => held.wait())
    await clock.advanceAsync(1_000)
    await keyring.close()
    held.open()
    const finds = store.calls.find
    await clock.advanceAsync(30_000)
    expect(store.calls.find).toBe(finds)
    expect(clock.pending()).toBe(0)
  })

  test('close() ends the retries', async () => {
    const { create, keyring, keys, store, clock } = setUp()
    const { key } = await create()
    store.before('commit', fails)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    const tried = store.calls.commit
    await keyring.close()
    await clock.advanceAsync(10_000)
    expect(store.calls.commit).toBe(tried)
    expect(clock.pending()).toBe(0)
  })
})
