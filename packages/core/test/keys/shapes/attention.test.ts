import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import type { KeyManager } from '../../../src/index.ts'
import { type Attention, attentions } from '../../../src/keys/shapes/attention.ts'
import { setUp } from '../../support/set-up.ts'

const day = 86_400_000

/** What the list filter finds, for every reason; each found key says so itself. */
async function listed(keys: KeyManager): Promise<Partial<Record<Attention, readonly string[]>>> {
  const found: Partial<Record<Attention, readonly string[]>> = {}
  for (const attention of attentions) {
    const { items } = await keys.list({ attention })
    if (items.length > 0) found[attention] = items.map(({ id }) => id).sort()
    for (const key of items) expect(key.attention).toContain(attention)
  }
  return found
}

/** A store in which a key was used, or its owner found gone, without our having to serve requests. */
function withPast(change: (id: string) => object) {
  const store = memoryStore()
  const past = <R extends { readonly id: string }>(record: R): R => ({ ...record, ...change(record.id) })
  return {
    ...store,
    find: async (ids: readonly string[]) =>
      new Map([...(await store.find(ids))].map(([id, found]) => [id, found === 'corrupt' ? found : past(found)])),
  }
}

describe('attention', () => {
  test('a new key needs none', async () => {
    const { create, keys } = setUp()
    expect((await create()).key.attention).toEqual([])
    expect(await listed(keys)).toEqual({})
  })

  test('a rotation is due once the secret is older than rotateAfter, and done by rotating', async () => {
    const { create, keys, clock } = setUp({ policy: { unusedAfter: null } })
    const { key } = await create()
    expect(key.rotationDueAt).toEqual(new Date(clock.now() + 90 * day))
    clock.advance(90 * day)
    expect(await listed(keys)).toEqual({})
    clock.advance(1)
    expect(await listed(keys)).toEqual({ rotationDue: [key.id] })
    expect((await keys.get(key.id)).attention).toEqual(['rotationDue'])
    await keys.rotate(key.id)
    expect(await listed(keys)).toEqual({})
  })

  test('a key that was never used is listed once it is older than unusedAfter', async () => {
    const { create, keys, clock } = setUp({ policy: { rotateAfter: null, unusedAfter: '30d' } })
    const { key } = await create()
    clock.advance(30 * day)
    expect(await listed(keys)).toEqual({})
    clock.advance(1)
    expect(await listed(keys)).toEqual({ neverUsed: [key.id] })
  })

  test('a key last used longer ago than unusedAfter is unused, not never used', async () => {
    const shared = memoryStore()
    const { create, keys, clock } = setUp({ on: shared, policy: { rotateAfter: null, unusedAfter: '30d' } })
    const { key } = await create()
    const hour = Math.floor(clock.now() / 3_600_000) * 3_600_000
    const counts = { requests: 1, allowed: 1, denied: {}, clientErrors: 0, serverErrors: 0 }
    const entry = { workspaceId: 'ws_acme', keyId: key.id, version: 1, hour, lastUsedAt: clock.now(), ...counts }
    await shared.addUsage({ instanceId: 'one', sequence: 1, entries: [entry] })
    expect((await keys.get(key.id)).lastUsedAt).toEqual(new Date(clock.now()))
    clock.advance(30 * day)
    expect(await listed(keys)).toEqual({})
    clock.advance(1)
    expect(await listed(keys)).toEqual({ unused: [key.id] })
  })

  test('a key is listed two weeks before its expiry, or as early as the host says', async () => {
    const { create, keys, clock } = setUp()
    const { key } = await create({ expiresAt: clock.now() + 14 * day })
    expect(await listed(keys)).toEqual({})
    clock.advance(1)
    expect(await listed(keys)).toEqual({ expiring: [key.id] })
    const short = setUp({ expiryNoticeMs: 1_000 })
    expect((await short.create({ expiresIn: 1_000 })).key.attention).toEqual([])
    expect((await short.create({ expiresIn: '999ms' })).key.attention).toEqual(['expiring'])
  })

  test('a key whose owner was found gone says so, until it has another', async () => {
    const { create, keys } = setUp({ on: withPast(() => ({ ownerGoneAt: 1 })) })
    const { key } = await create()
    expect((await keys.get(key.id)).attention).toEqual(['ownerGone'])
    expect(await keys.transfer(key.id, { type: 'user', id: 'bob' })).toMatchObject({ ownerGoneAt: null, attention: [] })
  })

  test('several reasons come in one order', async () => {
    const { create, keys, clock } = setUp({ on: withPast(() => ({ ownerGoneAt: 1 })) })
    const { key } = await create({ expiresAt: clock.now() + 100 * day })
    clock.advance(95 * day)
    expect((await keys.get(key.id)).attention).toEqual(['ownerGone', 'expiring', 'rotationDue', 'neverUsed'])
  })

  test('an ended key needs none, and is listed only when asked for by its status', async () => {
    const { create, keys, clock } = setUp({ retention: { revokedKeys: null } })
    const revoked = await create()
    const expired = await create({ expiresIn: '91d' })
    const disabled = await create()
    await keys.revoke(revoked.key.id)
    await keys.disable(disabled.key.id)
    clock.advance(91 * day)
    expect(await listed(keys)).toEqual({ rotationDue: [disabled.key.id], neverUsed: [disabled.key.id] })
    expect((await keys.get(revoked.key.id)).attention).toEqual([])
    expect((await keys.get(expired.key.id)).attention).toEqual([])
    const asked = await keys.list({ attention: 'rotationDue', status: 'revoked' })
    expect(asked.items.map(({ id }) => id)).toEqual([revoked.key.id])
  })

  test('null turns a reminder off', async () => {
    const { create, keys, clock } = setUp({ policy: { rotateAfter: null, unusedAfter: null } })
    const { key } = await create()
    expect(key.rotationDueAt).toBeNull()
    clock.advance(200 * day)
    expect(await listed(keys)).toEqual({})
  })

  test('the clock near its start, or a reminder of many years, is no error', async () => {
    const { create, keys } = setUp({ at: testClock(1_000), policy: { rotateAfter: '5000w' } })
    await create()
    expect(await listed(keys)).toEqual({})
  })

  test.each(['', 'dead', 7, null, ['dead'], []])('refuses the reason %j', async (attention) => {
    const { keys } = setUp()
    await expect(keys.list({ attention } as never)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_VALIDATION',
      field: 'attention',
    })
  })
})
