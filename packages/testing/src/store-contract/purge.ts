import { dayMs, hourMs } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord, testServiceAccount } from '../records.ts'
import {
  accepted,
  activityEntry,
  change,
  committed,
  insert,
  insertAccount,
  insertIdempotency,
  listedIds,
  logged,
  purgeAll,
  refused,
  start,
  stored,
  update,
  usageEntry,
} from './fixtures.ts'
import type { ContractContext, ContractGroup } from './suite.ts'

const before = start - 1
const limit = start

/** Old rows go when they are told to, exactly those, and side by side with them all that led to them. */
export const purging: ContractGroup = {
  title: 'purge',
  define(test) {
    test('removes keys revoked before the limit, and no key that is not revoked', async ({ store, need }) => {
      const { purge } = need('purge')
      await stored(
        store,
        testRecord({ id: testKeyId(1), revokedAt: before }),
        testRecord({ id: testKeyId(2), revokedAt: limit }),
        testRecord({ id: testKeyId(3), createdAt: 0, updatedAt: 0, expiresAt: 1, disabledAt: 1 }),
      )
      await purgeAll(purge, { revokedKeysBefore: limit })
      const left = [testKeyId(2), testKeyId(3)]
      assert.deepEqual([...(await store.find([1, 2, 3].map(testKeyId))).keys()].sort(), left)
      assert.deepEqual((await listedIds(store)).toSorted(), left)
      assert.deepEqual(await listedIds(store, { search: testKeyId(1) }), [])
    })

    test('removes keys that expired before the limit, and none that was revoked', async ({ store, need }) => {
      const { purge } = need('purge')
      await stored(
        store,
        testRecord({ id: testKeyId(1), expiresAt: before }),
        testRecord({ id: testKeyId(2), expiresAt: limit }),
        testRecord({ id: testKeyId(3), expiresAt: null }),
        testRecord({ id: testKeyId(4), expiresAt: before, revokedAt: before }),
        testRecord({ id: testKeyId(5), expiresAt: before, disabledAt: before }),
      )
      // An end that moved is the one that counts.
      const longer = testRecord({ id: testKeyId(6), expiresAt: before })
      await stored(store, longer)
      await committed(store, update({ ...longer, expiresAt: limit + 1 }))
      await purgeAll(purge, { expiredKeysBefore: limit })
      const left = [2, 3, 4, 6].map(testKeyId)
      assert.deepEqual([...(await store.find([1, 2, 3, 4, 5, 6].map(testKeyId))).keys()].sort(), left)
      assert.deepEqual((await listedIds(store)).toSorted(), left)
      assert.deepEqual(await listedIds(store, { search: testKeyId(1) }), [])
      await purgeAll(purge, { revokedKeysBefore: limit })
      assert.deepEqual((await listedIds(store)).toSorted(), [2, 3, 6].map(testKeyId))
    })

    test('leaves nothing behind of a removed key: its id is free, and an update finds nothing', async ({
      store,
      need,
    }) => {
      const { purge } = need('purge')
      const record = testRecord({ revokedAt: before })
      await stored(store, record)
      await purgeAll(purge, { revokedKeysBefore: limit })
      assert.equal(refused(await store.commit(change({ writes: [update(record)] }))).current, null)
      await committed(store, insert(testRecord({ name: 'Another' })))
      assert.deepEqual(await listedIds(store, { search: 'another' }), [record.id])
      assert.deepEqual(await listedIds(store, { statuses: ['revoked'] }), [])
    })

    test('removes service accounts deleted before the limit, and no other', async ({ store, need }) => {
      const { purge, services } = need('purge', 'services')
      await committed(
        store,
        insertAccount(testServiceAccount({ id: 'a', deletedAt: before })),
        insertAccount(testServiceAccount({ id: 'b', deletedAt: limit })),
        insertAccount(testServiceAccount({ id: 'c', createdAt: 0 })),
      )
      await purgeAll(purge, { deletedServiceAccountsBefore: limit })
      const { items } = await services({ workspaceId: 'ws_acme', includeDeleted: true, limit: 10 })
      assert.deepEqual(items.map(({ id }) => id).sort(), ['b', 'c'])
    })

    test('removes activity older than the limit', async ({ store, need }) => {
      const { purge, activity } = need('purge', 'activity')
      const entries = [activityEntry({ id: 'old', at: before }), activityEntry({ id: 'new', at: limit })]
      accepted(await store.commit(change({ activity: entries })))
      await purgeAll(purge, { activityBefore: limit })
      const { items } = await activity({ workspaceId: 'ws_acme', limit: 10 })
      assert.deepEqual(
        items.map(({ id }) => id),
        ['new'],
      )
    })

    test('removes hours of usage that start before the limit, and leaves lastUsedAt', async ({ store, need }) => {
      const { purge, addUsage, usage } = need('purge', 'addUsage', 'usage')
      await stored(store, testRecord())
      const entries = [usageEntry({ hour: limit - hourMs, requests: 1 }), usageEntry({ hour: limit, requests: 10 })]
      await addUsage({ instanceId: 'a', sequence: 1, entries })
      await purgeAll(purge, { usageBefore: limit })
      const points = await usage({ workspaceId: 'ws_acme', from: start - dayMs, to: start + dayMs, bucket: 'total' })
      assert.deepEqual(
        points.map(({ requests }) => requests),
        [10],
      )
      assert.equal((await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })).items[0]?.lastUsedAt, start)
    })

    test('removes an hour of usage from every sum it is in', async ({ need }) => {
      const { purge, addUsage, usage, busiest } = need('purge', 'addUsage', 'usage', 'busiest')
      const entries = [
        usageEntry({ hour: limit - hourMs, requests: 1, lastUsedAt: limit - 1 }),
        usageEntry({ hour: limit, requests: 10, denied: { key_expired: 2 }, allowed: 8 }),
        usageEntry({ hour: limit - hourMs, keyId: testKeyId(2), requests: 100, lastUsedAt: limit - 1 }),
      ]
      await addUsage({ instanceId: 'a', sequence: 1, entries })
      await purgeAll(purge, { usageBefore: limit })
      const range = { workspaceId: 'ws_acme', from: start - dayMs, to: start + dayMs }
      for (const bucket of ['hour', 'day', 'total'] as const) {
        for (const query of [{}, { keyId: testKeyId(1) }]) {
          const points = await usage({ ...range, ...query, bucket })
          assert.deepEqual(
            points.map(({ requests }) => requests),
            [10],
            bucket,
          )
        }
      }
      const { keys, activeKeys } = await busiest({ ...range, limit: 10 })
      assert.deepEqual(
        keys.map(({ keyId, requests }) => [keyId, requests]),
        [[testKeyId(1), 10]],
      )
      assert.equal(activeKeys, 1)
    })

    test('keeps a whole UTC day of usage as long as a part of it is young enough', async ({ need }) => {
      const { purge, addUsage, usage } = need('purge', 'addUsage', 'usage')
      const hours = [start - hourMs, start, start + 5 * hourMs]
      await addUsage({ instanceId: 'a', sequence: 1, entries: hours.map((hour) => usageEntry({ hour })) })
      await purgeAll(purge, { usageBefore: start + 3 * hourMs })
      const range = { workspaceId: 'ws_acme', from: start - dayMs, to: start + dayMs }
      for (const bucket of ['hour', 'day', 'total'] as const) {
        const points = await usage({ ...range, bucket })
        assert.equal(
          points.reduce((sum, { requests }) => sum + requests, 0),
          2,
          bucket,
        )
      }
    })

    test('comes to its end in steps, however many rows are old, and each step may be the last for a while', async ({
      store,
      need,
    }) => {
      const { purge, activity } = need('purge', 'activity')
      const indexes = Array.from({ length: 600 }, (_, index) => index)
      await stored(store, ...indexes.map((index) => testRecord({ id: testKeyId(index), revokedAt: before })))
      await logged(store, ...indexes.map((one) => activityEntry({ id: `a${one}`, at: one === 0 ? limit : before })))
      const limits = { revokedKeysBefore: limit, activityBefore: limit }
      await purge(limits)
      await stored(store, testRecord({ id: testKeyId(5_000), createdAt: start + 1 }))
      await purgeAll(purge, limits)
      assert.deepEqual(await listedIds(store), [testKeyId(5_000)])
      const { items } = await activity({ workspaceId: 'ws_acme', limit: 10 })
      assert.deepEqual(
        items.map(({ id }) => id),
        ['a0'],
      )
    })

    // A batch may be sent again after the purge that follows it.
    test('still counts a batch once that was added before', async ({ need }) => {
      const { purge, addUsage, usage } = need('purge', 'addUsage', 'usage')
      const batch = { instanceId: 'a', sequence: 1, entries: [usageEntry({ hour: limit })] }
      await addUsage(batch)
      await purgeAll(purge, { usageBefore: limit })
      await addUsage(batch)
      const points = await usage({ workspaceId: 'ws_acme', from: start - dayMs, to: start + dayMs, bucket: 'total' })
      assert.deepEqual(
        points.map(({ requests }) => requests),
        [1],
      )
    })

    test('removes idempotency rows older than the limit', async ({ store, need }) => {
      const { purge } = need('purge')
      const old = insertIdempotency({ idempotencyKey: 'old', createdAt: before })
      const young = insertIdempotency({ idempotencyKey: 'new', createdAt: limit })
      await committed(store, old, young)
      await purgeAll(purge, { idempotencyBefore: limit })
      await committed(store, old)
      assert.equal(refused(await store.commit(change({ writes: [young] }))).reason, 'conflict')
    })

    test('removes nothing that no limit is given for', async (context) => {
      const { purge } = context.need('purge')
      await fill(context)
      await purgeAll(purge, {})
      await assertAllThere(context)
    })

    for (const only of [
      'revokedKeysBefore',
      'deletedServiceAccountsBefore',
      'activityBefore',
      'usageBefore',
      'idempotencyBefore',
    ] as const) {
      test(`removes nothing else when only ${only} is given`, async (context) => {
        const { purge } = context.need('purge')
        await fill(context)
        await purgeAll(purge, { [only]: limit })
        await assertAllThere(context, only)
      })
    }
  },
}

const keyWithCaller = { workspaceId: 'ws_acme', keyId: testKeyId(1) }
const retry = insertIdempotency({ createdAt: before })

/** One old row of every kind. */
async function fill({ store }: ContractContext): Promise<void> {
  const account = testServiceAccount({ deletedAt: before })
  accepted(
    await store.commit(
      change({
        writes: [insert(testRecord({ revokedAt: before })), insertAccount(account), retry],
        activity: [activityEntry({ at: before })],
      }),
    ),
  )
  await store.addUsage?.({ instanceId: 'a', sequence: 1, entries: [usageEntry({ hour: limit - hourMs })] })
  await store.addCallers?.([{ ...keyWithCaller, version: 1, network: null, agent: null, lastUsedAt: before }])
}

/** All rows are there but those of `gone`. Halves the store lacks are not asked. */
async function assertAllThere({ store }: ContractContext, gone?: string): Promise<void> {
  const expected = (kind: string): number => (kind === gone ? 0 : 1)
  assert.equal((await listedIds(store)).length, expected('revokedKeysBefore'), 'keys')
  const services = await store.services?.({ workspaceId: 'ws_acme', includeDeleted: true, limit: 10 })
  if (services) assert.equal(services.items.length, expected('deletedServiceAccountsBefore'), 'service accounts')
  const activity = await store.activity?.({ workspaceId: 'ws_acme', limit: 10 })
  if (activity) assert.equal(activity.items.length, expected('activityBefore'), 'activity')
  const range = { workspaceId: 'ws_acme', from: start - dayMs, to: start + dayMs } as const
  const usage = store.addUsage && (await store.usage?.({ ...range, bucket: 'hour' }))
  if (usage) assert.equal(usage.length, expected('usageBefore'), 'usage')
  const callers = store.addCallers && (await store.callers?.(keyWithCaller))
  if (callers) assert.equal(callers.length, expected('usageBefore'), 'callers')
  const { ok } = await store.commit(change({ writes: [retry] }))
  assert.equal(ok, gone === 'idempotencyBefore', 'idempotency rows')
}
