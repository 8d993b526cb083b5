import type { KeyStore, Write } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { accepted, change, findOne, insert, readOne, same, stored, update } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const record = testRecord()

/** An answer of `poll` renews trust in everything that is cached: it must come from where changes are written. */
export const trust: ContractGroup = {
  title: 'trust',
  define(test) {
    test('refuses a change that is meant for another store, and writes nothing of it', async ({ store, need }) => {
      const { poll } = need('poll')
      await stored(store, record)
      const { head } = await poll(null)
      const other = insert(testRecord({ id: testKeyId(2) }))
      const meant: readonly (readonly Write[])[] = [
        [other],
        [update(record, { name: 'Renamed' })],
        [insert(record)],
        [],
      ]
      for (const writes of meant) {
        await assert.rejects(store.commit(change({ writes, storeId: 'another-store' })))
      }
      const silent: Write = { type: 'key', record: { ...record, name: 'Renamed' }, expectedRevision: 1 }
      await assert.rejects(store.commit(change({ writes: [silent], silent: true, storeId: 'another-store' })))
      same(await poll(head), { head, changes: [] })
      same(await readOne(store, record.id), record)
      same(await findOne(store, testKeyId(2)), undefined)
    })

    test('carries out a change that is meant for it', async ({ store, need }) => {
      const { poll } = need('poll')
      const { storeId } = (await poll(null)).head
      same(accepted(await store.commit(change({ writes: [insert(record)], storeId })))?.storeId, storeId)
      const renamed = update(record, { name: 'Renamed' })
      accepted(await store.commit(change({ writes: [renamed], storeId })))
      const lost = await store.commit(change({ writes: [renamed], storeId }))
      same(lost.ok ? 'carried out' : lost.reason, 'conflict')
    })

    test('answers no poll while it takes no changes, and goes on from there when it does again', async ({
      store,
      need,
    }) => {
      const { poll, demote } = need('poll', 'demote')
      await stored(store, record)
      const { head } = await poll(null)
      const promote = await demote()
      try {
        for (const since of [head, null]) await assert.rejects(poll(since))
      } finally {
        await promote()
      }
      same(await poll(head), { head, changes: [] })
      const made = change()
      accepted(await store.commit(made))
      const { changes } = await poll(head)
      same(changes, [{ epoch: head.epoch + 1, nonce: made.nonce, announcements: [] }])
    })

    test('does not pass for what it was when its data are gone', async ({ store, need }) => {
      const { poll, lose } = need('poll', 'lose')
      await stored(store, record)
      const { head } = await poll(null)
      await lose()
      assert.notEqual(await idNow(poll, head), head.storeId)
      const { storeId } = head
      await assert.rejects(store.commit(change({ writes: [insert(testRecord({ id: testKeyId(2) }))], storeId })))
      assert.notEqual(await idNow(poll, head), head.storeId)
    })
  },
}

async function idNow(
  poll: NonNullable<KeyStore['poll']>,
  since: Parameters<NonNullable<KeyStore['poll']>>[0],
): Promise<string | undefined> {
  return poll(since).then(
    ({ head }) => head.storeId,
    () => undefined,
  )
}
