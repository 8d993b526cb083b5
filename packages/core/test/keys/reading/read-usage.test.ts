import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import type { Actor } from '../../../src/keys/shapes/actor.ts'
import { dayMs, hourMs, type UsageEntry } from '../../../src/store/usage.ts'
import { usageRange } from '../../../src/usage/reading/usage-range.ts'
import { actingKey } from '../../support/acting-key.ts'
import { type SetUp, setUp } from '../../support/set-up.ts'

// The test clock starts at 2025-01-01T00:00:00Z.
const start = Date.UTC(2025, 0, 1)

let sequence = 0
/** Adds counts behind the keyring's back. */
async function count(
  { store }: Pick<SetUp, 'store'>,
  entry: Partial<UsageEntry> & { readonly keyId: string },
): Promise<void> {
  const requests = entry.requests ?? 1
  const whole: UsageEntry = {
    workspaceId: 'ws_acme',
    version: 1,
    hour: start,
    requests,
    allowed: requests,
    denied: {},
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: entry.hour ?? start,
    ...entry,
  }
  await store.addUsage?.({ instanceId: 'test', sequence: (sequence += 1), entries: [whole] })
}

const user = (id: string, can: Actor['can'] = {}): Actor => ({
  type: 'user',
  id,
  workspaceId: 'ws_acme',
  permissions: ['*:*'],
  can,
})

describe('the usage of a key', () => {
  test('is given by bucket, without gaps, with totals and rates', async () => {
    const made = setUp()
    const { key } = await made.create()
    await made.clock.advanceAsync(3 * hourMs)
    await count(made, {
      keyId: key.id,
      requests: 6,
      allowed: 4,
      denied: { key_expired: 2 },
      clientErrors: 1,
      serverErrors: 3,
    })
    await count(made, { keyId: key.id, hour: start + 2 * hourMs, requests: 4 })
    const usage = await made.keys.usage(key.id, {
      bucket: 'hour',
      from: new Date(start),
      to: new Date(start + 3 * hourMs),
    })
    expect(usage.totals).toEqual({
      requests: 10,
      allowed: 8,
      denied: 2,
      deniedBy: { key_expired: 2 },
      lacked: {},
      clientErrors: 1,
      serverErrors: 3,
      errorRate: 0.3,
      deniedRate: 0.2,
    })
    expect(usage.series.map((point) => [point.start.getTime() - start, point.requests, point.errorRate])).toEqual([
      [0, 6, 0.5],
      [hourMs, 0, 0],
      [2 * hourMs, 4, 0],
    ])
    expect(usage).toMatchObject({
      keyId: key.id,
      bucket: 'hour',
      from: new Date(start),
      to: new Date(start + 3 * hourMs),
    })
  })

  test('adds up what was lacked within each code, and says of what', async () => {
    const made = setUp()
    const { key } = await made.create()
    await count(made, {
      keyId: key.id,
      requests: 12,
      allowed: 1,
      denied: {
        insufficient_permission: 1,
        'insufficient_permission runs:create': 4,
        'insufficient_permission runs:delete': 2,
        'owner_lacks_permission runs:create': 3,
        key_disabled: 1,
      },
    })
    const { totals } = await made.keys.usage(key.id)
    expect([totals.denied, totals.deniedBy, totals.lacked]).toEqual([
      11,
      { insufficient_permission: 7, owner_lacks_permission: 3, key_disabled: 1 },
      { insufficient_permission: { 'runs:create': 4, 'runs:delete': 2 }, owner_lacks_permission: { 'runs:create': 3 } },
    ])
  })

  test('is by default the last 30 UTC days, the current one included', async () => {
    const made = setUp()
    const { key } = await made.create()
    await made.clock.advanceAsync(hourMs)
    await count(made, { keyId: key.id })
    await count(made, { keyId: key.id, hour: start - 29 * dayMs, requests: 2 })
    await count(made, { keyId: key.id, hour: start - 29 * dayMs - hourMs, requests: 100 })
    const { series, totals, from, to } = await made.keys.usage(key.id)
    expect([series.length, from, to]).toEqual([30, new Date(start - 29 * dayMs), new Date(start + dayMs)])
    expect([totals.requests, series[0]?.requests, series[29]?.requests]).toEqual([3, 2, 1])
  })

  test('is zero for a key no one used', async () => {
    const { create, keys } = setUp()
    const { key } = await create()
    const { totals, series, secrets, previousSecretShare } = await keys.usage(key.id, { bucket: 'hour' })
    expect(totals).toMatchObject({ requests: 0, errorRate: 0, deniedRate: 0 })
    expect([series.length, secrets, previousSecretShare]).toEqual([24, [], null])
  })

  test('counts what verify counted, once it is flushed', async () => {
    const { create, keys, keyring, clock } = setUp()
    const { key, token } = await create()
    await keyring.verify(token)
    expect((await keys.usage(key.id)).totals.requests).toBe(0)
    await clock.advanceAsync(5_000)
    expect((await keys.usage(key.id)).totals.requests).toBe(1)
  })

  test('tells how much each secret was used, and during an overlap the share of the previous one', async () => {
    const made = setUp()
    const { key } = await made.create()
    await count(made, { keyId: key.id, requests: 1_000 })
    await made.clock.advanceAsync(dayMs)
    await made.keys.rotate(key.id, { overlap: '2h' })
    await count(made, { keyId: key.id, version: 1, hour: start + dayMs, requests: 1, lastUsedAt: start + dayMs + 7 })
    await count(made, { keyId: key.id, version: 2, hour: start + dayMs, requests: 3 })
    const rotating = await made.keys.usage(key.id)
    expect(rotating.previousSecretShare).toBe(0.25)
    expect(
      rotating.secrets.map(({ version, requests, lastUsedAt }) => [version, requests, lastUsedAt.getTime()]),
    ).toEqual([
      [2, 3, start + dayMs],
      [1, 1_001, start + dayMs + 7],
    ])
    await made.clock.advanceAsync(2 * hourMs)
    expect((await made.keys.usage(key.id)).previousSecretShare).toBeNull()
  })

  test('during an overlap without requests since is no share', async () => {
    const made = setUp()
    const { key } = await made.create()
    await made.clock.advanceAsync(dayMs)
    await made.keys.rotate(key.id, { overlap: '2h' })
    expect((await made.keys.usage(key.id)).previousSecretShare).toBeNull()
  })
})

describe('who may read usage', () => {
  test("another workspace's key is not found, with the calls an unknown one takes", async () => {
    const made = setUp()
    const { key } = await made.create()
    const others = made.keyring.as({ ...user('eve', { listAll: true }), workspaceId: 'ws_other' })
    const callsOf = async (id: string): Promise<readonly unknown[]> => {
      const before = { ...made.store.calls }
      await expect(others.usage(id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
      return ['find', 'usage'].map((method) => (made.store.calls[method] ?? 0) - (before[method] ?? 0))
    }
    expect(await callsOf(key.id)).toEqual([1, 0])
    expect(await callsOf('Z'.repeat(16))).toEqual([1, 0])
  })

  test("a user reads that of its own keys and no one else's", async () => {
    const { create, keyring } = setUp()
    const { key } = await create()
    expect((await keyring.as(user('ada')).usage(key.id)).keyId).toBe(key.id)
    await expect(keyring.as(user('bob')).usage(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
  })

  test('can: { viewUsage: false } forbids it, also for own keys and with listAll', async () => {
    const { create, keyring } = setUp()
    const { key } = await create()
    const keys = keyring.as(user('ada', { viewUsage: false, listAll: true }))
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'viewUsage' }
    await expect(keys.usage(key.id)).rejects.toMatchObject(forbidden)
    await expect(keys.workspaceUsage()).rejects.toMatchObject(forbidden)
  })

  test('the whole workspace needs can: { listAll: true }, and sight of every environment', async () => {
    const all = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const { keyring } = all
    await expect(keyring.as(user('ada')).workspaceUsage()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'listAll',
    })
    const narrow = keyring.as(await actingKey(all, { listAll: true }))
    await expect(narrow.workspaceUsage()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_FORBIDDEN',
      subject: 'viewUsage',
    })
    expect((await keyring.as(user('ada', { listAll: true })).workspaceUsage()).totals.requests).toBe(0)
  })

  test('a store without usage says that it has none', async () => {
    const { usage: _, ...on } = memoryStore()
    const { create, keys } = setUp({ on })
    const { key } = await create()
    const missing = { code: 'ERR_CLAVIGER_NOT_SUPPORTED', method: 'usage' }
    await expect(keys.usage(key.id)).rejects.toMatchObject(missing)
    await expect(keys.workspaceUsage()).rejects.toMatchObject(missing)
  })
})

describe('the usage of a workspace', () => {
  test('sums all of its keys and names the busiest, and nothing of another workspace', async () => {
    const made = setUp()
    const [a, b, c] = [await made.create(), await made.create(), await made.create()]
    await count(made, { keyId: a.key.id, requests: 5 })
    await count(made, { keyId: b.key.id, requests: 9, allowed: 0, denied: { key_expired: 9 } })
    await count(made, { keyId: c.key.id, requests: 1 })
    await count(made, { keyId: a.key.id, workspaceId: 'ws_other', requests: 1_000 })
    const { totals, activeKeys, byKey, othersAtMost, series } = await made.keys.workspaceUsage({ limit: 2 })
    expect(totals).toMatchObject({ requests: 15, denied: 9, deniedRate: 0.6 })
    expect([activeKeys, series.length, series[29]?.requests]).toEqual([3, 30, 15])
    expect(byKey.map(({ keyId, requests, deniedBy }) => [keyId, requests, deniedBy])).toEqual([
      [b.key.id, 9, { key_expired: 9 }],
      [a.key.id, 5, {}],
    ])
    expect(othersAtMost).toBe(1)
  })

  test('is not supported by a store that cannot name the busiest keys; that of one key is', async () => {
    const { busiest: _, ...on } = memoryStore()
    const { create, keys, keyring } = setUp({ on })
    const { key } = await create()
    expect(await keys.usage(key.id)).toMatchObject({ totals: { requests: 0 } })
    await expect(keys.workspaceUsage()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_NOT_SUPPORTED', method: 'busiest' })
    expect(keyring.guarantees()).toMatchObject({ usage: true })
    expect(keyring.guarantees().limits).toContainEqual(expect.stringContaining('busiest'))
  })
})

describe('the range', () => {
  const now = start + 90 * 60_000

  test.each([
    ['hours by default', { bucket: 'hour' } as const, start - 22 * hourMs, start + 2 * hourMs],
    ['days by default', {}, start - 29 * dayMs, start + dayMs],
    ['from within an hour', { bucket: 'hour', from: new Date(start + 1) } as const, start, start + 2 * hourMs],
    ['to within an hour', { bucket: 'hour', to: new Date(start + 1) } as const, start - 23 * hourMs, start + hourMs],
    ['to on the hour', { bucket: 'hour', to: new Date(start) } as const, start - dayMs, start],
    ['within a day', { from: new Date(start + 1), to: new Date(start + 2) }, start, start + dayMs],
    ['text', { from: '2025-01-01T00:30:00+01:00', to: '2025-01-01T00:00:00Z' }, start - dayMs, start],
  ])('%s', (_, input, from, to) => {
    expect(usageRange(input, now)).toMatchObject({ from, to })
  })

  test.each([
    ['from', { from: new Date(Number.NaN) }],
    ['from', { from: 'yesterday' }],
    ['to', { to: {} as Date }],
    ['from', { from: new Date(start + 10 * dayMs), to: new Date(start) }],
    ['from', { bucket: 'hour', from: new Date(start - 32 * dayMs), to: new Date(start) } as const],
    ['from', { from: new Date(start - 401 * dayMs), to: new Date(start) }],
    ['bucket', { bucket: 'minute' as 'hour' }],
  ])('a wrong %s is named: %o', (field, input) => {
    expect(() => usageRange(input, now)).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_VALIDATION', field }))
  })

  test.each([
    ['form', { form: new Date() }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 101 }],
  ])('an unknown or wrong field is named: %s', async (field, input) => {
    const { keys } = setUp()
    await expect(keys.workspaceUsage(input as object)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })

  test('an id that is missing is no question about the whole workspace', async () => {
    const { keys } = setUp()
    for (const missing of [undefined, null, '', {}, { limit: 1 }]) {
      await expect(keys.usage(missing as never)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_KEY_NOT_FOUND' })
    }
  })

  test('is at most 31 days by hour and 400 by day', () => {
    expect(usageRange({ bucket: 'hour', from: new Date(start - 31 * dayMs), to: new Date(start) }, now).from).toBe(
      start - 31 * dayMs,
    )
    expect(usageRange({ from: new Date(start - 400 * dayMs), to: new Date(start) }, now).from).toBe(start - 400 * dayMs)
  })
})
