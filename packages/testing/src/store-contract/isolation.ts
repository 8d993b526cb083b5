import { hourMs, type KeyQuery } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord, testServiceAccount } from '../records.ts'
import {
  activityEntry,
  change,
  committed,
  insertAccount,
  listedIds,
  same,
  start,
  stored,
  storedSeries,
  usageEntry,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const mine = 'ws_acme'
const theirs = 'ws_other'

/** Nothing of one workspace shows in another. */
export const isolation: ContractGroup = {
  title: 'workspaces do not see each other',
  define(test) {
    test('lists only keys of the workspace asked for, whatever else is asked', async ({ store }) => {
      await stored(store, testRecord({ id: testKeyId(1) }), testRecord({ id: testKeyId(2), workspaceId: theirs }))
      const queries: readonly Partial<KeyQuery>[] = [
        {},
        { search: testKeyId(2) },
        { search: 'prod' },
        { ownerIds: ['ada'] },
        { visibleOwners: [{ type: 'user' }] },
        { statuses: ['active'] },
        { environments: ['production'] },
        { attention: [{ type: 'neverUsed', createdBefore: start + 1 }] },
      ]
      for (const query of queries) {
        const listed = await listedIds(store, query)
        assert.ok(!listed.includes(testKeyId(2)), JSON.stringify(query))
      }
      assert.deepEqual(await listedIds(store, { workspaceId: theirs }), [testKeyId(2)])
    })

    test('shows nothing of another workspace to a cursor from there', async ({ store }) => {
      await storedSeries(store, 4, (index) => ({ workspaceId: index % 2 === 0 ? mine : theirs }))
      const { nextCursor } = await store.list({ workspaceId: theirs, at: start, limit: 1 })
      assert.ok(nextCursor !== null)
      const listed: readonly string[] = await listedIds(store, { cursor: nextCursor }).catch(() => [])
      assert.ok(!listed.includes(testKeyId(1)) && !listed.includes(testKeyId(3)))
    })

    test('sums no usage of another workspace, not even of a key with that id', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const entries = [usageEntry({ requests: 3 }), usageEntry({ workspaceId: theirs, requests: 5 })]
      await addUsage({ instanceId: 'a', sequence: 1, entries })
      for (const query of [{}, { keyId: testKeyId(1) }, { keyId: testKeyId(1), groupBy: 'version' } as const]) {
        const points = await usage({ workspaceId: mine, from: start, to: start + 1, bucket: 'hour', ...query })
        assert.deepEqual(
          points.map(({ requests }) => requests),
          [3],
        )
      }
    })

    test('names no busy key of another workspace, and counts none', async ({ need }) => {
      const { addUsage, busiest } = need('addUsage', 'busiest')
      const entries = [
        usageEntry({ requests: 3 }),
        usageEntry({ workspaceId: theirs, requests: 5 }),
        usageEntry({ workspaceId: theirs, keyId: testKeyId(2), requests: 7 }),
      ]
      await addUsage({ instanceId: 'a', sequence: 1, entries })
      const { keys, ...rest } = await busiest({ workspaceId: mine, from: start, to: start + hourMs, limit: 10 })
      assert.deepEqual(
        keys.map(({ keyId, requests }) => [keyId, requests]),
        [[testKeyId(1), 3]],
      )
      assert.deepEqual(rest, { othersAtMost: 0, activeKeys: 1 })
    })

    test('shows no activity of another workspace', async ({ store, need }) => {
      const { activity } = need('activity')
      const activities = [activityEntry({ id: 'mine' }), activityEntry({ id: 'theirs', workspaceId: theirs })]
      await store.commit(change({ activity: activities }))
      for (const query of [{}, { targetId: testKeyId(1) }, { action: 'key.created' }]) {
        const { items } = await activity({ workspaceId: mine, limit: 10, ...query })
        assert.deepEqual(
          items.map(({ id }) => id),
          ['mine'],
        )
      }
    })

    test('shows no service account of another workspace, not even when its id is asked for', async ({
      store,
      need,
    }) => {
      const { services } = need('services')
      const account = testServiceAccount({ workspaceId: theirs })
      await committed(store, insertAccount(account))
      same((await services({ workspaceId: mine, limit: 10 })).items, [])
      same((await services({ workspaceId: mine, ids: [account.id], limit: 1 })).items, [])
      same((await services({ workspaceId: theirs, ids: [account.id], limit: 1 })).items, [account])
    })
  },
}
