import type { Write } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testRecord, testSecret, testServiceAccount } from '../records.ts'
import {
  accepted,
  activityEntry,
  change,
  committed,
  findOne,
  insertAccount,
  refused,
  same,
  stored,
  update,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const rehashed = testRecord({ secrets: [testSecret({ hash: '$argon2id$v=19$m=65536,t=3,p=1$bmV3$bmV3' })] })
const rehash: Write = { type: 'key', record: rehashed, expectedRevision: 1 }

/** A silent change is stored, but no one needs to learn about it: neither head nor revision moves. */
export const silence: ContractGroup = {
  title: 'silent commits',
  define(test) {
    test('store the record and leave its revision, so that a concurrent update does not fail', async ({ store }) => {
      await stored(store, testRecord())
      accepted(await store.commit(change({ writes: [rehash], silent: true })))
      same(await findOne(store, rehashed.id), rehashed)
      await committed(store, update(testRecord(), { name: 'Read before the rehash' }))
    })

    test('compare the revision as every other commit does', async ({ store }) => {
      await stored(store, testRecord())
      await committed(store, update(testRecord(), { name: 'Renamed' }))
      same(refused(await store.commit(change({ writes: [rehash], silent: true }))), {
        ok: false,
        reason: 'conflict',
        write: 0,
        current: testRecord({ revision: 2, name: 'Renamed' }),
      })
    })

    test('are rejected when the written revision is not the expected one', async ({ store }) => {
      await stored(store, testRecord())
      const counted: Write = { type: 'key', record: { ...rehashed, revision: 2 }, expectedRevision: 1 }
      await assert.rejects(async () => store.commit(change({ writes: [counted], silent: true })))
      same(await findOne(store, rehashed.id), testRecord())
    })

    test('move neither head nor log, and answer with the head as it is', async ({ store, need }) => {
      const { poll } = need('poll')
      await stored(store, testRecord())
      const { head } = await poll(null)
      const announcements = [{ type: 'key', id: rehashed.id }] as const
      same(accepted(await store.commit(change({ writes: [rehash], announcements, silent: true }))), head)
      same(await poll(head), { head, changes: [] })
    })

    test('write service accounts and activity too', async ({ store, need }) => {
      const { services, activity } = need('services', 'activity')
      const account = testServiceAccount()
      await committed(store, insertAccount(account))
      const learnt = { ...account, description: 'Learnt' }
      const writes = [{ type: 'serviceAccount', record: learnt, expectedRevision: 1 }] as const
      accepted(await store.commit(change({ writes, activity: [activityEntry()], silent: true })))
      same((await services({ workspaceId: 'ws_acme', limit: 1 })).items, [learnt])
      same((await activity({ workspaceId: 'ws_acme', limit: 1 })).items, [activityEntry()])
    })
  },
}
