import type { Activity, ActivityQuery, KeyStore } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId } from '../records.ts'
import { accepted, activityEntry, change, same, start } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

type Read = NonNullable<KeyStore['activity']>

/** The log of what was done, written with what was done. */
export const activity: ContractGroup = {
  title: 'activity',
  define(test) {
    test('gives back an entry with every field set, and one with nulls', async ({ store, need }) => {
      const { activity } = need('activity')
      const full = activityEntry({
        id: 'full',
        at: start + 1,
        actor: { type: 'key', id: `o'b:"r` },
        target: { type: 'serviceAccount', id: 'svc_deploy' },
        action: 'serviceAccount.updated',
        before: { name: 'Deploy', nested: { list: [1, -0.5, true, null, '\u{1f511}'], empty: {} } },
        after: { name: null, list: [] },
        origin: { ip: '2001:db8::1', userAgent: 'curl/8 "quoted" \u00fc', requestId: 'req-1' },
      })
      const bare = activityEntry({ id: 'bare' })
      accepted(await store.commit(change({ activity: [bare, full] })))
      same((await activity({ workspaceId: 'ws_acme', limit: 10 })).items, [full, bare])
    })

    test('gives back an entry named __proto__ as an entry', async ({ store, need }) => {
      const { activity } = need('activity')
      const after = JSON.parse('{"metadata":{"__proto__":"x"}}') as NonNullable<Activity['after']>
      accepted(await store.commit(change({ activity: [activityEntry({ after })] })))
      same((await activity({ workspaceId: 'ws_acme', limit: 10 })).items, [activityEntry({ after })])
    })

    test('lists newest first, whatever the order of writing', async ({ store, need }) => {
      const { activity } = need('activity')
      for (const offset of [5, 1, 9, 3]) {
        accepted(await store.commit(change({ activity: [activityEntry({ id: `a${offset}`, at: start + offset })] })))
      }
      assert.deepEqual(await listed(activity), ['a9', 'a5', 'a3', 'a1'])
    })

    for (const limit of [1, 4, 100]) {
      test(`gives every entry once in pages of ${limit}, though many share an instant`, async ({ store, need }) => {
        const { activity } = need('activity')
        const entries = Array.from({ length: 13 }, (_, index) =>
          activityEntry({ id: `a${index}`, at: start + Math.floor(index / 6) }),
        )
        accepted(await store.commit(change({ activity: entries })))
        const seen: Activity[] = []
        let cursor: string | undefined
        do {
          const page = await activity({ workspaceId: 'ws_acme', limit, ...(cursor === undefined ? {} : { cursor }) })
          assert.ok(page.items.length <= limit)
          seen.push(...page.items)
          cursor = page.nextCursor ?? undefined
          assert.ok(seen.length <= entries.length, 'the pages must come to an end')
        } while (cursor !== undefined)
        assert.deepEqual(seen.map(({ id }) => id).sort(), entries.map(({ id }) => id).sort())
        assert.deepEqual(
          seen.map(({ at }) => at),
          seen.map(({ at }) => at).sort((a, b) => b - a),
        )
      })
    }

    test('filters by target, actor, action and time, alone and together', async ({ store, need }) => {
      const { activity } = need('activity')
      const bob = { type: 'user', id: 'bob' } as const
      const entries = [
        activityEntry({ id: 'a1', at: start + 1 }),
        activityEntry({ id: 'a2', at: start + 2, actor: bob }),
        activityEntry({ id: 'a3', at: start + 3, actor: { type: 'service', id: 'bob' } }),
        activityEntry({ id: 'a4', at: start + 4, action: 'key.revoked' }),
        activityEntry({ id: 'a5', at: start + 5, actor: bob, target: { type: 'key', id: testKeyId(2) } }),
      ]
      accepted(await store.commit(change({ activity: entries })))
      assert.deepEqual(await listed(activity, { targetId: testKeyId(2) }), ['a5'])
      assert.deepEqual(await listed(activity, { actor: bob }), ['a5', 'a2'])
      assert.deepEqual(await listed(activity, { action: 'key.revoked' }), ['a4'])
      assert.deepEqual(await listed(activity, { action: 'key' }), [])
      assert.deepEqual(await listed(activity, { from: start + 4 }), ['a5', 'a4'])
      assert.deepEqual(await listed(activity, { to: start + 2 }), ['a1'])
      assert.deepEqual(await listed(activity, { from: start + 2, to: start + 4 }), ['a3', 'a2'])
      assert.deepEqual(await listed(activity, { actor: bob, targetId: testKeyId(1) }), ['a2'])
      assert.deepEqual(await listed(activity, { actor: bob, to: start + 2 }), [])
    })

    for (const limit of [0, 101, Number.NaN]) {
      test(`rejects a limit of ${limit}`, async ({ need }) => {
        const { activity } = need('activity')
        await assert.rejects(async () => activity({ workspaceId: 'ws_acme', limit }))
      })
    }

    test('rejects a cursor it did not give out', async ({ need }) => {
      const { activity } = need('activity')
      for (const cursor of ['', 'x', `' or 1=1`]) {
        await assert.rejects(async () => activity({ workspaceId: 'ws_acme', limit: 10, cursor }))
      }
    })
  },
}

async function listed(read: Read, query: Partial<ActivityQuery> = {}): Promise<readonly string[]> {
  return (await read({ workspaceId: 'ws_acme', limit: 100, ...query })).items.map(({ id }) => id)
}
