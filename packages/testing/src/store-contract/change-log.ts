import type { Announcement, Head } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testRecord } from '../records.ts'
import { accepted, change, committed, same, stored, update } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const announcements: readonly Announcement[] = [
  { type: 'key', id: testRecord().id },
  { type: 'owner', workspaceId: `ws "a":*%`, owner: { type: 'service', id: '\u{1f511} it\u2019s' } },
  { type: 'workspace', workspaceId: 'ws_acme' },
]

/** Revocation reaches other processes through the head and the log. What they cannot tell for certain is a gap. */
export const changeLog: ContractGroup = {
  title: 'head and change log',
  define(test) {
    test('tells a caller without a head where the log ends, and that it cannot tell more', async ({ need }) => {
      const { poll } = need('poll')
      const { head, changes } = await poll(null)
      assert.ok(head.storeId !== '' && head.nonce !== '' && Number.isSafeInteger(head.epoch) && head.epoch >= 0)
      assert.equal(changes, 'gap')
    })

    test('stands still while nothing is committed', async ({ need }) => {
      const { poll } = need('poll')
      const { head } = await poll(null)
      same(await poll(head), { head, changes: [] })
    })

    test('moves the epoch by one with each commit, and takes its nonce', async ({ store, need }) => {
      const { poll } = need('poll')
      const { head } = await poll(null)
      const made = change()
      const moved = accepted(await store.commit(made))
      same(moved, { storeId: head.storeId, epoch: head.epoch + 1, nonce: made.nonce })
      same((await poll(null)).head, moved)
      const next = change()
      same(accepted(await store.commit(next)), { storeId: head.storeId, epoch: head.epoch + 2, nonce: next.nonce })
    })

    test('tells every change since a head, oldest first, with its announcements as they were given', async ({
      store,
      need,
    }) => {
      const { poll } = need('poll')
      const { head } = await poll(null)
      const made = [change({ announcements }), change(), change({ announcements: announcements.toReversed() })]
      for (const one of made) accepted(await store.commit(one))
      const expected = made.map((one, index) => ({
        epoch: head.epoch + 1 + index,
        nonce: one.nonce,
        announcements: one.announcements,
      }))
      const all = await poll(head)
      same(all.changes, expected)
      const middle: Head = { storeId: head.storeId, epoch: head.epoch + 1, nonce: made[0]?.nonce ?? '' }
      same(await poll(middle), { head: all.head, changes: expected.slice(1) })
    })

    test('does not move for a refused commit', async ({ store, need }) => {
      const { poll } = need('poll')
      await stored(store, testRecord())
      const { head } = await poll(null)
      await store.commit(change({ writes: [update(testRecord({ revision: 7 }))], announcements }))
      same(await poll(head), { head, changes: [] })
    })

    test('does not move for usage, purging and reading', async ({ store, need }) => {
      const { poll } = need('poll')
      await stored(store, testRecord())
      const { head } = await poll(null)
      await store.addUsage?.({ instanceId: 'a', sequence: 1, entries: [] })
      await store.purge?.({})
      await store.find([testRecord().id])
      same(await poll(head), { head, changes: [] })
    })

    test('calls the head of another store a gap', async ({ store, need }) => {
      const { poll } = need('poll')
      await committed(store)
      const { head } = await poll(null)
      same(await poll({ ...head, storeId: 'another-store' }), { head, changes: 'gap' })
    })

    test('calls an epoch that is not reached yet a gap: the store went back in time', async ({ store, need }) => {
      const { poll } = need('poll')
      await committed(store)
      const { head } = await poll(null)
      same(await poll({ ...head, epoch: head.epoch + 1 }), { head, changes: 'gap' })
    })

    // A failover can lose one change and gain another: the number is the same, the nonce is not.
    test('calls a foreign nonce at a known epoch a gap, at the head and before it', async ({ store, need }) => {
      const { poll } = need('poll')
      await committed(store)
      const { head: before } = await poll(null)
      await committed(store)
      const { head } = await poll(null)
      same(await poll({ ...head, nonce: 'foreign' }), { head, changes: 'gap' })
      same(await poll({ ...before, nonce: 'foreign' }), { head, changes: 'gap' })
    })

    test('calls an epoch no log reaches back to a gap', async ({ store, need }) => {
      const { poll } = need('poll')
      await committed(store)
      const { head } = await poll(null)
      for (const epoch of [-1, -1_000_000, 0.5]) same(await poll({ ...head, epoch }), { head, changes: 'gap' })
    })

    test('tells the same on another handle on the same data', async ({ store, need }) => {
      const { poll, second } = need('poll', 'second')
      const other = await second()
      const { head } = await poll(null)
      const made = change({ announcements })
      accepted(await store.commit(made))
      same(await other.poll?.(head), await poll(head))
      same((await other.poll?.(head))?.changes, [{ epoch: head.epoch + 1, nonce: made.nonce, announcements }])
    })
  },
}
