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
      await purge({ revokedKeysBefore: limit })
      const left = [testKeyId(2), testKeyId(3)]
      assert.deepEqual([...(await store.find([1, 2, 3].map(testKeyId))).keys()].sort(), left)
      assert.deepEqual((await listedIds(store)).toSorted(), left)
      assert.deepEqual(await listedIds(store, { search: testKeyId(1) }), [])
    })

    test('leaves nothing behind of a removed key: its id is free, and an update finds nothing', async ({
      store,
      need,
    }) => {
      const { purge } = need('purge')
      const record = testRecord({ revokedAt: before })
      await stored(store, record)
      await purge({ revokedKeysBefore: limit })
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
      await purge({ deletedServiceAccountsBefore: limit })
      const { items } = await services({ workspaceId: 'ws_acme', includeDeleted: true, limit: 10 })
      assert.deepEqual(items.map(({ id }) => id).sort(), ['b', 'c'])
    })

    test('removes activity older than the limit', async ({ store, need }) => {
      const { purge, activity } = need('purge', 'activity')
      const entries = [activityEntry({ id: 'old', at: before }), activityEntry({ id: 'new', at: limit })]
      accepted(await store.commit(change({ activity: entries })))
      await purge({ activityBefore: limit })
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
      await purge({ usageBefore: limit })
      const points = await usage({ workspaceId: 'ws_acme', from: start - dayMs, to: start + dayMs, bucket: 'total' })
      assert.deepEqual(
        points.map(({ requests }) => requests),
        [10],
      )
      assert.equal((await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })).items[0]?.lastUsedAt, start)
    })

    // A batch may be sent again after the purge that follows it.
    test('P13: still counts a batch once that was added before', async ({ need }) => {
      const { purge, addUsage, usage } = need('purge', 'addUsage', 'usage')
      const batch = { instanceId: 'a', sequence: 1, entries: [usageEntry({ hour: limit })] }
      await addUsage(batch)
      await purge({ usageBefore: limit })
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
      await purge({ idempotencyBefore: limit })
      await committed(store, old)
      assert.equal(refused(await store.commit(change({ writes: [young] }))).reason, 'conflict')
    })

    test('removes nothing that no limit is given for', async (context) => {
      const { purge } = context.need('purge')
      await fill(context)
      await purge({})
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
        await purge({ [only]: limit })
        await assertAllThere(context, only)
      })
    }
  },
}

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
  const { ok } = await store.commit(change({ writes: [retry] }))
  assert.equal(ok, gone === 'idempotencyBefore', 'idempotency rows')
}
