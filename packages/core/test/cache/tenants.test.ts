import { memoryStore } from '@claviger/store-memory'
import { gate } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { systemActor } from '../../src/index.ts'
import { formatToken } from '../../src/token/token.ts'
import { ada, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

const named = { name: 'Production', environment: 'production', owner: ada } as const

/** Two tenants on one keyring with room for twenty keys: one with a few keys in use, one with very many. */
async function neighbours(count: number) {
  const { keyring, store, ...rest } = setUp({ cache: { maxEntries: 20, maxNegatives: 20 } })
  const [own, other] = [keyring.as(systemActor('ws_acme')), keyring.as(systemActor('ws_globex'))]
  const make = async (keys: typeof own, number: number): Promise<{ id: string; token: string }[]> => {
    const made: { id: string; token: string }[] = []
    for (let index = 0; index < number; index += 1) {
      const { key, token } = await keys.create({ ...named, name: `Key ${index}` })
      made.push({ id: key.id, token })
    }
    return made
  }
  const [few, many] = [await make(own, 5), await make(other, count)]
  for (const { token } of few) await keyring.verify(token)
  const isWarm = (token: string): boolean => doorTo(keyring).recall('direct', token) !== undefined
  return { keyring, store, other, few, many, isWarm, ...rest }
}

describe('a tenant with more keys than the cache has entries', () => {
  test('makes no other tenant cold by using them all, again and again', async () => {
    const { keyring, few, many, isWarm } = await neighbours(60)
    for (let round = 0; round < 3; round += 1) for (const { token } of many) await keyring.verify(token)
    expect(few.every(({ token }) => isWarm(token))).toBe(true)
  })

  test('nor with keys that are revoked, and its dead clients cost no store read each', async () => {
    const { keyring, store, other, few, many, isWarm } = await neighbours(60)
    for (const { id } of many) await other.revoke(id)
    for (let round = 0; round < 3; round += 1) {
      for (const { token } of many) expect(await keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
    }
    expect(few.every(({ token }) => isWarm(token))).toBe(true)
    const [dead] = many
    if (dead === undefined) throw new Error('No key')
    await keyring.verify(dead.token)
    const { find } = store.calls
    for (let index = 0; index < 10; index += 1) await keyring.verify(dead.token)
    expect(store.calls.find).toBe(find)
  })
})

describe('a flood of unknown keys on a store that stands still', () => {
  test('leaves room for keys that were proven here before', async () => {
    const { keyring, store, create, clock } = setUp()
    const { token } = await create()
    await keyring.verify(token)
    clock.advance(11_000)
    const held = gate()
    store.before('find', () => held.wait())
    const unknown = (index: number): string =>
      formatToken({ prefix: 'acme', environment: 'ci', id: String(index).padStart(16, '0'), secret: 'S'.repeat(43) })
    const flood = Array.from({ length: 10_000 }, (_, index) => keyring.verify(unknown(index)).catch(() => undefined))
    await expect(keyring.verify(unknown(10_000))).rejects.toMatchObject({ code: 'ERR_CLAVIGER_BUSY' })
    const known = keyring.verify(token)
    held.open()
    expect(await known).toMatchObject({ ok: true })
    await Promise.all(flood)
  })
})

describe('what does not change a verification', () => {
  test('a service account’s name: its keys stay warm, here and elsewhere', async () => {
    const shared = memoryStore()
    const [here, there] = [setUp({ on: shared.connect() }), setUp({ on: shared.connect(), seed: 2 })]
    const account = await here.keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] })
    const { token } = await here.create({ owner: { type: 'service', id: account.id } })
    const isWarm = (): boolean[] =>
      [here, there].map(({ keyring }) => doorTo(keyring).recall('direct', token) !== undefined)
    for (const { keyring } of [here, there]) await keyring.verify(token)
    await here.keys.serviceAccounts.update(account.id, { name: 'robot', description: 'renamed' })
    expect(isWarm()).toEqual([true, true])
    await here.keys.serviceAccounts.update(account.id, { permissions: ['prompts:read'] })
    expect(isWarm()).toEqual([false, false])
  })
})

test('a key that comes in several headers is one object, until anything about it changes', async () => {
  const { create, keyring, keys } = setUp()
  const { key, token } = await create({ metadata: { team: 'search' }, expiresIn: '1d' })
  const seen = async () => {
    const { check } = doorTo(keyring)
    const verifications = await Promise.all([
      check('bearer', `Bearer ${token}`),
      check('header', token),
      keyring.verify(token),
    ])
    return verifications.map((verification) => (verification.ok ? verification.apiKey : undefined))
  }
  await seen()
  const [bearer, header, direct] = await seen()
  expect(bearer).toBeDefined()
  expect([header === bearer, direct === bearer]).toEqual([true, true])
  await keys.update(key.id, { metadata: { team: 'ads' } })
  const [changed] = await seen()
  expect(changed?.metadata).toEqual({ team: 'ads' })
})
