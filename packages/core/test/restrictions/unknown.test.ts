import { memoryStore } from '@claviger/store-memory'
import { testChange, updateKey } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { keyActor, KeyRefusedError } from '../../src/index.ts'
import type { KeyRecord } from '../../src/store/records.ts'
import { requestWith, stepsOf } from '../http/keyring.ts'
import { type SetUp, setUp } from '../support/set-up.ts'

const countries = /countries, which this version of Claviger does not know/
const unavailable = { code: 'ERR_CLAVIGER_UNAVAILABLE' }
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

async function recordOf({ store }: Pick<SetUp, 'store'>, id: string): Promise<KeyRecord> {
  const record = (await store.find([id])).get(id)
  if (record === undefined || record === 'corrupt') throw new Error('unreachable')
  return record
}

/** A newer process restricts a key in a way that is not known here. */
async function restrict(world: SetUp, id: string): Promise<void> {
  const record = await recordOf(world, id)
  const write = updateKey(record, { restrictions: ['countries'] })
  await world.store.commit(testChange({ writes: [write], announcements: [{ type: 'key', id }] }))
}

async function restrictedKey(world = setUp()) {
  const { key, token } = await world.create({ permissions: ['prompts:read', 'keys:manage'] as never })
  const verification = await world.keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  await restrict(world, key.id)
  await world.clock.advanceAsync(1_000)
  return { ...world, id: key.id, token, apiKey: verification.apiKey }
}

describe('a key that is restricted by what this version does not know', () => {
  test('is refused with 503, also where it was verified before', async () => {
    const { keyring, token } = await restrictedKey()
    await expect(keyring.verify(token)).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(countries),
    })
    await expect(keyring.verify(token, { permission: 'prompts:read' })).rejects.toMatchObject(unavailable)
  })

  test('is refused with 503 over HTTP, as a fault of the server, whatever is optional', async () => {
    const { keyring, token } = await restrictedKey()
    for (const optional of [false, true]) {
      const { decide } = stepsOf(keyring, { optional }).authenticate()
      const denial = { status: 503, code: 'temporarily_unavailable' }
      expect(await decide(requestWith(`Bearer ${token}`), undefined)).toMatchObject({ type: 'deny', denial })
    }
  })

  test('is not accepted from memory while the store is out of reach, where hosts allow stale answers', async () => {
    const world = setUp({ staleIfErrorMs: 60_000 })
    const { keyring, token } = await restrictedKey(world)
    await expect(keyring.verify(token)).rejects.toMatchObject(unavailable)
  })

  test('is refused when a refresh meets it, though no change was announced', async () => {
    const world = setUp()
    const { key, token } = await world.create()
    expect(await world.keyring.verify(token)).toMatchObject({ ok: true })
    const record = await recordOf(world, key.id)
    await world.store.commit(testChange({ writes: [updateKey(record, { restrictions: ['countries'] })] }))
    await world.clock.advanceAsync(9_500)
    await world.keyring.verify(token).catch(() => {})
    await turn()
    await expect(world.keyring.verify(token)).rejects.toMatchObject(unavailable)
  })

  test('tells its state first: a revoked one is 401', async () => {
    const { keyring, keys, id, token } = await restrictedKey()
    expect(await keys.revoke(id)).toMatchObject({ status: 'revoked' })
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  })

  test('is listed and shown, and a diagnosis says what to do', async () => {
    const { keys, id, token } = await restrictedKey()
    expect(await keys.get(id)).toMatchObject({ id, status: 'active' })
    expect((await keys.list()).items.map((key) => key.id)).toEqual([id])
    expect(await keys.diagnose(token)).toMatchObject({
      ok: false,
      code: 'unknown_restriction',
      fix: 'Complete the deployment of the newer version, or revoke the key.',
    })
  })

  test.each<[string, (keys: SetUp['keys'], id: string) => Promise<unknown>]>([
    ['renamed', (keys, id) => keys.update(id, { name: 'Other' })],
    ['narrowed', (keys, id) => keys.update(id, { permissions: [] })],
    ['rotated', (keys, id) => keys.rotate(id)],
    ['rotated without an overlap', (keys, id) => keys.rotate(id, { overlap: 0 })],
    ['disabled', (keys, id) => keys.disable(id)],
    ['transferred', (keys, id) => keys.transfer(id, { type: 'user', id: 'bob' })],
  ])('is not %s: that would lose what is not known of it', async (_, change) => {
    const world = await restrictedKey()
    const before = await recordOf(world, world.id)
    await expect(change(world.keys, world.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFLICT' })
    expect(await recordOf(world, world.id)).toEqual(before)
  })

  test('does not act', async () => {
    const { keyring, apiKey } = await restrictedKey()
    await expect(keyring.as(keyActor(apiKey)).list()).rejects.toMatchObject(unavailable)
  })

  test('is left alone by repairs', async () => {
    let isThere = true
    const world = setUp({ resolveOwner: () => (isThere ? ['*:*'] : null) })
    const { keyring, id, clock } = await restrictedKey(world)
    isThere = false
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
    await clock.advanceAsync(5_000)
    await turn()
    expect(await recordOf(world, id)).toMatchObject({ restrictions: ['countries'], ownerGoneAt: null })
  })

  test('ends what is watched, once it could not be checked for the lease', async () => {
    const world = setUp()
    const { keyring, apiKey, clock } = await restrictedKey(world)
    const signal = keyring.watch(apiKey)
    for (let second = 0; second < 8; second += 1) {
      await turn()
      await clock.advanceAsync(1_000)
    }
    expect(signal.aborted).toBe(true)
    expect(signal.reason).not.toBeInstanceOf(KeyRefusedError)
    expect(signal.reason).toMatchObject(unavailable)
  })
})

test('a key that lost its restrictions to an old process is refused with 503, shown, and can be revoked', async () => {
  const store = memoryStore()
  const world = setUp({ on: store })
  const { key, token } = await world.create()
  const record = await recordOf(world, key.id)
  const bereft = {
    ...record,
    revision: Number.MAX_SAFE_INTEGER,
    restrictions: undefined,
    secrets: [{ ...record.secrets[0], version: Number.MAX_SAFE_INTEGER, pepperId: 'claviger:restricted' }],
  }
  world.store.find = async () => new Map([[key.id, bereft as never]])
  await expect(world.keyring.verify(token)).rejects.toMatchObject(unavailable)
  expect(await world.keys.get(key.id)).toMatchObject({ id: key.id })
})
