import type { Activity, ActivityQuery, KeyStore } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId } from '../records.ts'
import { accepted, activityEntry, change, itemsFrom, logged, manyOfOneInstant, same, start } from './fixtures.ts'
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

    test('gives every entry among very many of one instant, with a condition and without', async ({ store, need }) => {
      const { activity } = need('activity')
      const entries = Array.from({ length: manyOfOneInstant + 2 }, (_, index) =>
        activityEntry({
          id: `a${String(index).padStart(4, '0')}`,
          at: index === 0 ? start + 1 : index > manyOfOneInstant ? start - 1 : start,
          action: index % 3 === 0 ? 'key.updated' : 'key.created',
        }),
      )
      await logged(store, ...entries)
      for (const query of [{}, { action: 'key.updated' }, { action: 'key.updated', to: start + 1 }, { to: start }]) {
        assert.deepEqual(
          await listed(activity, query),
          entries.filter((entry) => answers(entry, query)).map(({ id }) => id),
          JSON.stringify(query),
        )
      }
    })

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

    test('holds all conditions together, in every combination, in pages of any size', async ({ store, need }) => {
      const { activity } = need('activity')
      const entries = Array.from({ length: 60 }, (_, index) =>
        activityEntry({
          id: `a${String(index).padStart(2, '0')}`,
          at: start + Math.floor(index / 3),
          actor: { type: index % 2 === 0 ? 'user' : 'service', id: index % 5 < 2 ? 'ada' : 'bob' },
          action: index % 3 === 0 ? 'key.updated' : 'key.created',
          target: { type: 'key', id: testKeyId(index % 4) },
        }),
      )
      await logged(store, ...entries)
      for (const { limit, ...query } of combinations()) {
        const expected = entries
          .filter((entry) => answers(entry, query))
          .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
        const items = await itemsFrom((cursor) => activity({ workspaceId: 'ws_acme', limit, ...query, ...cursor }))
        assert.deepEqual(
          items.map(({ id }) => id),
          expected.map(({ id }) => id),
          JSON.stringify({ limit, ...query }),
        )
      }
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
  const items = await itemsFrom((cursor) => read({ workspaceId: 'ws_acme', limit: 100, ...query, ...cursor }))
  return items.map(({ id }) => id)
}

type Conditions = Pick<ActivityQuery, 'limit' | 'targetId' | 'actor' | 'action' | 'from' | 'to'>

/** Every subset of five conditions, each in another size of pages. */
function combinations(): readonly Conditions[] {
  const conditions: readonly Partial<Conditions>[] = [
    { targetId: testKeyId(1) },
    { actor: { type: 'user', id: 'ada' } },
    { action: 'key.created' },
    { from: start + 5 },
    { to: start + 15 },
  ]
  return Array.from({ length: 2 ** conditions.length }, (_, subset) =>
    Object.assign(
      { limit: 1 + (subset % 4) * 30 },
      ...conditions.filter((_condition, index) => (subset & (2 ** index)) !== 0),
    ),
  )
}

function answers(entry: Activity, { targetId, actor, action, from, to }: Omit<Conditions, 'limit'>): boolean {
  return (
    (targetId === undefined || entry.target.id === targetId) &&
    (actor === undefined || (entry.actor.type === actor.type && entry.actor.id === actor.id)) &&
    (action === undefined || entry.action === action) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to)
  )
}
