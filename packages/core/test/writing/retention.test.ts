import { channel } from 'node:diagnostics_channel'
import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test, vi } from 'vitest'
import type { KeyStore, PurgeLimits } from '../../src/store/store.ts'
import { purgeLimits } from '../../src/writing/retention.ts'
import { fails } from '../support/observed-store.ts'
import { setUp } from '../support/set-up.ts'

const day = 86_400_000
const hour = 3_600_000

/** A memory store that records the limits that it was given. */
function noting(): { readonly store: KeyStore; readonly limits: PurgeLimits[] } {
  const limits: PurgeLimits[] = []
  const store = memoryStore()
  const noted = { ...store, purge: async (given: PurgeLimits) => (limits.push(given), store.purge(given)) }
  return { store: noted, limits }
}

describe('purgeLimits', () => {
  test('are as far back as each kind is kept; what is kept forever has none; nothing is before time began', () => {
    const times = {
      revokedKeysMs: 10,
      expiredKeysMs: 30,
      deletedServiceAccountsMs: 20,
      activityMs: Number.POSITIVE_INFINITY,
      usageMs: 1_000,
      idempotencyMs: 100,
    }
    expect(purgeLimits(times, 100)).toEqual({
      revokedKeysBefore: 90,
      expiredKeysBefore: 70,
      deletedServiceAccountsBefore: 80,
      usageBefore: 0,
      idempotencyBefore: 0,
    })
  })
})

describe('purge', () => {
  test('keeps, unless told otherwise, 90 days of ended rows, 400 of usage, 1 of idempotency, all activity', async () => {
    const { store, limits } = noting()
    const { keyring, clock } = setUp({ on: store })
    await keyring.purge()
    const now = clock.now()
    expect(limits).toEqual([
      {
        revokedKeysBefore: now - 90 * day,
        deletedServiceAccountsBefore: now - 90 * day,
        usageBefore: now - 400 * day,
        idempotencyBefore: now - day,
      },
    ])
  })

  test('keeps records for the times that were given, in words or milliseconds; null keeps forever', async () => {
    const { store, limits } = noting()
    const retention = {
      revokedKeys: '1ms',
      deletedServiceAccounts: '2h',
      activity: '30d',
      usage: null,
      idempotency: null,
    } as const
    const { keyring, clock } = setUp({ on: store, retention })
    await keyring.purge()
    const now = clock.now()
    expect(limits).toEqual([
      { revokedKeysBefore: now - 1, deletedServiceAccountsBefore: now - 2 * hour, activityBefore: now - 30 * day },
    ])
  })

  test('a revoked key goes once it is older than that, and not a moment sooner; living keys stay', async () => {
    const { create, keyring, keys, clock } = setUp({ retention: { revokedKeys: '1d' } })
    const [kept, ended] = [await create(), await create()]
    await keys.revoke(ended.key.id)
    clock.advance(day)
    await keyring.purge()
    expect(await keys.get(ended.key.id)).toMatchObject({ status: 'revoked' })
    clock.advance(1)
    await keyring.purge()
    await expect(keys.get(ended.key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
    expect(await keyring.verify(ended.token)).toMatchObject({ ok: false })
    expect(await keys.get(kept.key.id)).toMatchObject({ status: 'active' })
  })

  test('an idempotency key may be used for something else once it is forgotten', async () => {
    const { keys, keyring, clock } = setUp()
    const input = { name: 'CI', environment: 'ci', owner: { type: 'user', id: 'ada' } } as const
    const options = { idempotencyKey: 'deploy-42' }
    await keys.create(input, options)
    clock.advance(day + 1)
    await keyring.purge()
    expect(await keys.create({ ...input, name: 'Other' }, options)).toMatchObject({ replayed: false })
  })

  test('runs by itself every three to six hours, while the keyring is ready', async () => {
    const { keyring, store, clock } = setUp()
    await clock.advanceAsync(24 * hour)
    expect(store.calls.purge).toBeUndefined()
    await keyring.ready()
    await clock.advanceAsync(3 * hour - 1)
    expect(store.calls.purge).toBeUndefined()
    await clock.advanceAsync(21 * hour + 1)
    expect(store.calls.purge).toBeGreaterThanOrEqual(4)
    expect(store.calls.purge).toBeLessThanOrEqual(8)
    const before = store.calls.purge
    await keyring.close()
    await clock.advanceAsync(24 * hour)
    expect(store.calls.purge).toBe(before)
  }, 30_000)

  test('a failure in the background is published, and it is tried again later', async () => {
    const seen: unknown[] = []
    const note = (message: unknown): void => void seen.push(message)
    const { keyring, store, clock } = setUp()
    await keyring.ready()
    store.before('purge', fails)
    channel('claviger:error').subscribe(note)
    await clock.advanceAsync(6 * hour)
    channel('claviger:error').unsubscribe(note)
    expect(seen[0]).toMatchObject({ during: 'purge', error: { code: 'ERR_CLAVIGER_UNAVAILABLE' } })
    const failed = store.calls.purge ?? 0
    store.before('purge', undefined)
    await clock.advanceAsync(6 * hour)
    expect(store.calls.purge).toBeGreaterThan(failed)
    await keyring.close()
  }, 30_000)

  test('says so when the store fails, cannot purge, or the keyring is closed', async () => {
    const { keyring, store } = setUp()
    store.before('purge', fails)
    await expect(keyring.purge()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
    await keyring.close()
    await expect(keyring.purge()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CLOSED' })
    const { purge: _, ...small } = memoryStore()
    const smaller = setUp({ on: small })
    await expect(smaller.keyring.purge()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_NOT_SUPPORTED',
      method: 'purge',
    })
    await smaller.keyring.close()
  })

  describe('of many rows', () => {
    /** A store with so many steps to do, each of which takes a while. */
    function stepping(steps: number, tookMs = 0) {
      const made = setUp({
        on: {
          ...memoryStore(),
          purge: async (limits: PurgeLimits) => {
            calls.push(limits)
            made.clock.advance(tookMs)
            return calls.length < steps ? 'more' : 'done'
          },
        },
      })
      const calls: PurgeLimits[] = []
      return { ...made, calls }
    }

    test('goes step by step until nothing is left, with the same limits, and pauses in between', async () => {
      const { keyring, clock, calls } = stepping(300)
      await keyring.ready()
      const done = vi.fn()
      const purged = keyring.purge().then(done)
      await clock.advanceAsync(0)
      expect(calls).toHaveLength(1)
      await clock.advanceAsync(9)
      expect(calls).toHaveLength(1)
      await clock.advanceAsync(1)
      expect(calls).toHaveLength(2)
      expect(done).not.toHaveBeenCalled()
      await clock.advanceAsync(5_000)
      await purged
      expect(calls).toHaveLength(300)
      expect(new Set(calls.map((limits) => JSON.stringify(limits))).size).toBe(1)
      await keyring.close()
    })

    test('leaves the store alone for as long as a step took', async () => {
      const { keyring, clock, calls } = stepping(3, 400)
      await keyring.ready()
      const purged = keyring.purge()
      await clock.advanceAsync(0)
      await clock.advanceAsync(399)
      expect(calls).toHaveLength(1)
      await clock.advanceAsync(1)
      expect(calls).toHaveLength(2)
      await clock.advanceAsync(1_000)
      await purged
      await keyring.close()
    })

    test('has no bound on all steps together, only on each', async () => {
      const { keyring, clock, calls } = stepping(500, 900)
      await keyring.ready()
      const purged = keyring.purge()
      for (let turn = 0; turn < 500; turn += 1) await clock.advanceAsync(1_000)
      await purged
      expect(calls).toHaveLength(500)
      await keyring.close()
    })

    test('ends with the step it is in when the keyring is closed, and says so', async () => {
      const { keyring, clock, calls } = stepping(1_000)
      await keyring.ready()
      const purged = keyring.purge()
      const failed = expect(purged).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CLOSED' })
      await clock.advanceAsync(50)
      const before = calls.length
      await keyring.close()
      await failed
      await clock.advanceAsync(1_000)
      expect(calls).toHaveLength(before)
    })

    test('gets over a step that fails, and gives up when several do in a row', async () => {
      const { keyring, store, clock, calls } = stepping(10)
      await keyring.ready()
      let turns = 0
      store.before('purge', () => {
        turns += 1
        if (turns === 3 || turns === 4) throw new Error('busy')
      })
      const purged = keyring.purge()
      await clock.advanceAsync(5_000)
      await purged
      expect(calls).toHaveLength(10)
      calls.length = 0
      turns = 0
      store.before('purge', () => {
        turns += 1
        if (turns > 2) throw new Error('gone')
      })
      const failed = expect(keyring.purge()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
      await clock.advanceAsync(5_000)
      await failed
      await keyring.close()
    })
  })
})

test('expired keys go when they are told to, and not before', async () => {
  const { keyring, keys, create, clock } = setUp({ retention: { expiredKeys: '30d' } })
  const { key: short } = await create({ expiresIn: '1d' })
  const { key: long } = await create()
  clock.jumpWall(30 * 86_400_000)
  await keyring.purge()
  expect((await keys.list()).items.map(({ id }) => id)).toContain(short.id)
  clock.jumpWall(86_400_001)
  await keyring.purge()
  expect((await keys.list()).items.map(({ id }) => id)).toEqual([long.id])
})
