import type { Write } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import {
  change,
  committed,
  findOne,
  insert,
  listedIds,
  readOne,
  refused,
  same,
  start,
  stored,
  update,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const revoked = testRecord({ revision: 2, revokedAt: start + 1, revokedReason: 'Leaked' })

/** A revoked key is final: no later commit revives it. */
export const finality: ContractGroup = {
  title: 'a revoked key is final',
  define(test) {
    test('refuses a write that would revive a revoked key, and tells what is stored', async ({ store }) => {
      await stored(store, testRecord())
      await committed(store, update(testRecord(), { revokedAt: start + 1, revokedReason: 'Leaked' }))
      const revival = update(revoked, { revokedAt: null, name: 'Alive' })
      same(await store.commit(change({ writes: [revival] })), {
        ok: false,
        reason: 'final',
        write: 0,
        current: revoked,
      })
      same(await findOne(store, revoked.id), revoked)
    })

    test('refuses it in a silent change too', async ({ store }) => {
      await stored(store, testRecord())
      await committed(store, update(testRecord(), { revokedAt: start + 1, revokedReason: 'Leaked' }))
      const write: Write = { type: 'key', record: { ...revoked, revokedAt: null }, expectedRevision: 2 }
      assert.equal(refused(await store.commit(change({ writes: [write], silent: true }))).reason, 'final')
      assert.equal((await readOne(store, revoked.id)).revokedAt, start + 1)
    })

    test('refuses it for a key that was stored revoked', async ({ store }) => {
      const record = testRecord({ revokedAt: start })
      await stored(store, record)
      assert.equal(
        refused(await store.commit(change({ writes: [update(record, { revokedAt: null })] }))).reason,
        'final',
      )
    })

    test('stores nothing of the change that holds it', async ({ store }) => {
      const record = testRecord({ revokedAt: start })
      const other = testRecord({ id: testKeyId(2) })
      await stored(store, record)
      const writes = [insert(other), update(record, { revokedAt: null })]
      same(await store.commit(change({ writes })), { ok: false, reason: 'final', write: 1, current: record })
      assert.equal(await findOne(store, other.id), undefined)
      assert.deepEqual(await listedIds(store, { statuses: ['active'] }), [])
    })

    test('accepts a write that leaves a revoked key revoked', async ({ store }) => {
      const record = testRecord({ revokedAt: start })
      await stored(store, record)
      await committed(store, update(record, { description: 'For the audit' }))
      assert.equal((await readOne(store, record.id)).description, 'For the audit')
    })
  },
}
