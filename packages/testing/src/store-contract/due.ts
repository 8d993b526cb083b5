import { type DueQuery, isDue, type KeyRecord, type KeyStore, type Reminder, reminders } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord, testSecret } from '../records.ts'
import { change, committed, itemsFrom, purgeAll, readOne, same, start, stored, update, usageEntry } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

type Due = NonNullable<KeyStore['due']>

const day = 86_400_000
const range = { at: start - 1, since: start, before: start + day } as const

/** A key whose cause for a reminder is at an instant. The others' are far outside of the range. */
function causedAt(reminder: Reminder, at: number, overrides: Partial<KeyRecord> = {}): KeyRecord {
  const causes: Readonly<Record<Reminder, Partial<KeyRecord>>> = {
    expiring: { expiresAt: at },
    rotationDue: { secrets: [testSecret({ createdAt: at })] },
    unused: { createdAt: at },
    ownerGone: { ownerGoneAt: at },
  }
  return testRecord({ createdAt: 1, secrets: [testSecret({ createdAt: 1 })], ...causes[reminder], ...overrides })
}

async function dueIds(due: Due, query: Partial<DueQuery>): Promise<readonly string[]> {
  const asked: DueQuery = { reminder: 'expiring', ...range, limit: 100, ...query }
  const items = await itemsFrom((cursor) => due({ ...asked, ...cursor }), asked.cursor)
  for (const record of items) assert.ok(isDue(record, asked), `${record.id} is not due`)
  return items.map(({ id }) => id)
}

/** Which keys need a reminder, over all workspaces. */
export const dueKeys: ContractGroup = {
  title: 'keys that are due',
  define(test) {
    for (const reminder of reminders) {
      test(`${reminder}: gives keys of all workspaces within the range, whole, the oldest cause first`, async ({
        store,
        need,
      }) => {
        const { due } = need('due')
        const records = [
          causedAt(reminder, start + 5, { id: testKeyId(1), workspaceId: 'ws_globex' }),
          causedAt(reminder, start, { id: testKeyId(2) }),
          causedAt(reminder, start - 1, { id: testKeyId(3) }),
          causedAt(reminder, start + day, { id: testKeyId(4) }),
          causedAt(reminder, start + day - 1, { id: testKeyId(5), disabledAt: start }),
          causedAt(reminder, start + 5, { id: testKeyId(6), name: 'the other one' }),
        ]
        await stored(store, ...records)
        assert.deepEqual(await dueIds(due, { reminder }), [2, 1, 6, 5].map(testKeyId))
        const { items } = await due({ reminder, ...range, limit: 2 })
        same(items, [records[1], records[0]])
      })

      test(`${reminder}: gives no key that is revoked, or whose reminder was sent`, async ({ store, need }) => {
        const { due } = need('due')
        const records = [1, 2, 3].map((number) => causedAt(reminder, start + number, { id: testKeyId(number) }))
        const [first, second] = records as [KeyRecord, KeyRecord, KeyRecord]
        await stored(store, ...records)
        await committed(store, update(first, { revokedAt: start }))
        const record = { ...second, reminders: { [reminder]: start + day } }
        const note = { type: 'key', record, expectedRevision: 1 } as const
        await store.commit(change({ writes: [note], silent: true }))
        assert.deepEqual(await dueIds(due, { reminder }), [testKeyId(3)])
        same(await readOne(store, testKeyId(2)), record)
      })

      test(`${reminder}: gives every key once, in pages of any size, also keys of one instant`, async ({
        store,
        need,
      }) => {
        const { due } = need('due')
        const numbers = Array.from({ length: 12 }, (_, index) => index)
        await stored(
          store,
          ...numbers.map((number) => causedAt(reminder, start + (number < 6 ? 7 : number), { id: testKeyId(number) })),
        )
        const expected = numbers
          .map((number) => ({ id: testKeyId(number), at: number < 6 ? 7 : number }))
          .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
          .map(({ id }) => id)
        for (const limit of [1, 3, 5, 100]) assert.deepEqual(await dueIds(due, { reminder, limit }), expected)
      })
    }

    test('gives a key again when its cause is another one', async ({ store, need }) => {
      const { due } = need('due')
      const sent = { expiring: start, rotationDue: start + 9, ownerGone: start + 9 }
      const record = testRecord({
        expiresAt: start + 1,
        secrets: [testSecret({ createdAt: start + 1 })],
        ownerGoneAt: start + 1,
        reminders: sent,
      })
      await stored(store, record)
      for (const reminder of ['expiring', 'rotationDue', 'ownerGone'] as const) {
        assert.deepEqual(await dueIds(due, { reminder }), [])
      }
      const changed = {
        expiresAt: start + 20,
        secrets: [testSecret({ createdAt: start + 20 })],
        ownerGoneAt: start + 20,
        reminders: { rotationDue: start + 9, ownerGone: start + 9 },
      } as const
      await committed(store, update(record, changed))
      for (const reminder of ['expiring', 'rotationDue', 'ownerGone'] as const) {
        assert.deepEqual(await dueIds(due, { reminder }), [record.id])
      }
    })

    test('gives no key that was used since, and gives it once its last use is long ago', async ({ store, need }) => {
      const { due, addUsage } = need('due', 'addUsage')
      await stored(store, ...[1, 2].map((number) => causedAt('unused', start + number, { id: testKeyId(number) })))
      const usedAt = start + 3 * day
      await addUsage({ instanceId: 'instance', sequence: 1, entries: [usageEntry({ lastUsedAt: usedAt })] })
      assert.deepEqual(await dueIds(due, { reminder: 'unused' }), [testKeyId(2)])
      assert.deepEqual(await dueIds(due, { reminder: 'unused', since: usedAt, before: usedAt + 1 }), [testKeyId(1)])
    })

    test('gives a key that was used after its reminder, and unused again', async ({ store, need }) => {
      const { due, addUsage } = need('due', 'addUsage')
      await stored(store, causedAt('unused', start, { reminders: { unused: start + day } }))
      const later = { reminder: 'unused', at: start + 9 * day, since: start, before: start + 9 * day } as const
      assert.deepEqual(await dueIds(due, later), [])
      assert.deepEqual(await dueIds(due, later), [])
      const usedAt = start + 10 * day
      await addUsage({ instanceId: 'instance', sequence: 1, entries: [usageEntry({ lastUsedAt: usedAt })] })
      assert.deepEqual(await dueIds(due, { ...later, before: usedAt }), [])
      assert.deepEqual(await dueIds(due, { ...later, before: usedAt + 1 }), [testKeyId(1)])
    })

    test('gives a key that was unused for too long to be told, was used again, and then not', async ({
      store,
      need,
    }) => {
      const { due, addUsage } = need('due', 'addUsage')
      await stored(store, causedAt('unused', start))
      const soon = {
        reminder: 'unused',
        at: start + 40 * day,
        since: start + 2 * day,
        before: start + 10 * day,
      } as const
      assert.deepEqual(await dueIds(due, soon), [])
      const usedAt = start + 50 * day
      await addUsage({ instanceId: 'instance', sequence: 1, entries: [usageEntry({ lastUsedAt: usedAt })] })
      const later = { reminder: 'unused', at: start + 140 * day, since: start + 20 * day } as const
      assert.deepEqual(await dueIds(due, { ...later, before: usedAt }), [])
      assert.deepEqual(await dueIds(due, { ...later, before: usedAt + 1 }), [testKeyId(1)])
    })

    for (const reminder of ['rotationDue', 'unused', 'ownerGone'] as const) {
      test(`${reminder}: gives no key that has expired`, async ({ store, need }) => {
        const { due } = need('due')
        await stored(
          store,
          causedAt(reminder, start + 1, { id: testKeyId(1), expiresAt: start + 5 }),
          causedAt(reminder, start + 2, { id: testKeyId(2), expiresAt: start + 6 }),
          causedAt(reminder, start + 3, { id: testKeyId(3) }),
        )
        assert.deepEqual(await dueIds(due, { reminder, at: start + 4 }), [1, 2, 3].map(testKeyId))
        assert.deepEqual(await dueIds(due, { reminder, at: start + 5 }), [2, 3].map(testKeyId))
        assert.deepEqual(await dueIds(due, { reminder, at: start + day }), [testKeyId(3)])
      })
    }

    test('gives no key that was purged', async ({ store, need }) => {
      const { due, purge } = need('due', 'purge')
      await stored(
        store,
        testRecord({ id: testKeyId(1), createdAt: start, expiresAt: start + 1 }),
        testRecord({ id: testKeyId(2), createdAt: start }),
      )
      await purgeAll(purge, { expiredKeysBefore: start + day })
      assert.deepEqual(await dueIds(due, { reminder: 'expiring' }), [])
      assert.deepEqual(await dueIds(due, { reminder: 'unused' }), [testKeyId(2)])
    })

    test('gives copies, and moves no head', async ({ store, need }) => {
      const { due, poll } = need('due', 'poll')
      await stored(store, causedAt('expiring', start))
      const { head } = await poll(null)
      const { items } = await due({ reminder: 'expiring', ...range, limit: 10 })
      Object.assign(items[0] ?? {}, { name: 'changed by the caller' })
      same(await readOne(store, testKeyId(1)), causedAt('expiring', start))
      assert.deepEqual(await poll(head), { head, changes: [] })
    })

    test('rejects a limit outside 1 to 100, and a cursor it did not give out', async ({ need }) => {
      const { due } = need('due')
      for (const limit of [0, 101, 1.5, Number.NaN]) {
        await assert.rejects(due({ reminder: 'expiring', ...range, limit }), /limit/)
      }
      for (const reminder of reminders) {
        await assert.rejects(due({ reminder, ...range, limit: 1, cursor: 'made up' }), /cursor/)
      }
    })
  },
}
