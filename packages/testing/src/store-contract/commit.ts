import { mostWrites } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord, testServiceAccount } from '../records.ts'
import {
  accepted,
  activityEntry,
  change,
  committed,
  findOne,
  insert,
  insertAccount,
  insertIdempotency,
  listedIds,
  readOne,
  refused,
  same,
  start,
  stored,
  update,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** Every write is a compare-and-set. */
export const commits: ContractGroup = {
  title: 'commit',
  define(test) {
    test('stores a new key, and replaces it when the expected revision is the stored one', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      await committed(store, update(record, { name: 'Renamed' }))
      same(await findOne(store, record.id), { ...record, name: 'Renamed', revision: 2 })
    })

    test('refuses a write on an outdated revision, and tells which write and what is stored now', async ({ store }) => {
      const record = testRecord()
      const renamed = update(record, { name: 'Renamed' })
      await stored(store, record)
      await committed(store, renamed)
      const late = update(record, { name: 'Too late' })
      same(await store.commit(change({ writes: [insert(testRecord({ id: testKeyId(2) })), late] })), {
        ok: false,
        reason: 'conflict',
        write: 1,
        current: renamed.record,
      })
      same(await findOne(store, record.id), renamed.record)
    })

    test('refuses a write on a revision that is not reached yet', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      const ahead = update({ ...record, revision: 2 })
      same(refused(await store.commit(change({ writes: [ahead] }))), {
        ok: false,
        reason: 'conflict',
        write: 0,
        current: record,
      })
    })

    test('refuses to insert a key under an id that is taken', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      same(await store.commit(change({ writes: [insert({ ...record, name: 'Another' })] })), {
        ok: false,
        reason: 'conflict',
        write: 0,
        current: record,
      })
      same(await findOne(store, record.id), record)
    })

    // An update that becomes an insert would bring a purged key back.
    test('refuses to update what is not stored: current is null', async ({ store }) => {
      const write = update(testRecord())
      same(await store.commit(change({ writes: [write] })), { ok: false, reason: 'conflict', write: 0, current: null })
      assert.equal(await findOne(store, testRecord().id), undefined)
    })

    test('inserts and updates service accounts by the same rule', async ({ store }) => {
      const account = testServiceAccount()
      const renamed = { ...account, revision: 2, name: 'Renamed' }
      await committed(store, insertAccount(account))
      await committed(store, { type: 'serviceAccount', record: renamed, expectedRevision: 1 })
      for (const expectedRevision of [0, 1, 3]) {
        const write = {
          type: 'serviceAccount',
          record: { ...account, revision: expectedRevision + 1 },
          expectedRevision,
        } as const
        same(await store.commit(change({ writes: [write] })), {
          ok: false,
          reason: 'conflict',
          write: 0,
          current: renamed,
        })
      }
    })

    test('stores an idempotency row once per workspace, actor and key', async ({ store }) => {
      const first = insertIdempotency()
      await committed(store, first)
      const again = insertIdempotency({ requestHash: 'other', keyId: testKeyId(2) })
      same(await store.commit(change({ writes: [again] })), {
        ok: false,
        reason: 'conflict',
        write: 0,
        current: first.record,
      })
      await committed(store, insertIdempotency({ workspaceId: 'ws_other' }))
      await committed(store, insertIdempotency({ actor: { type: 'service', id: 'ada' } }))
      await committed(store, insertIdempotency({ actor: { type: 'user', id: 'bob' } }))
      await committed(store, insertIdempotency({ idempotencyKey: 'retry-2' }))
    })

    // The three kinds live in namespaces of their own.
    test('keeps a key, a service account and an idempotency row apart that share a name', async ({ store, need }) => {
      const { services } = need('services')
      const id = testKeyId(1)
      await committed(
        store,
        insert(testRecord({ id, revision: 1 })),
        insertAccount(testServiceAccount({ id })),
        insertIdempotency({ idempotencyKey: id }),
      )
      same(await findOne(store, id), testRecord({ id }))
      same((await services({ workspaceId: 'ws_acme', ids: [id], limit: 1 })).items, [testServiceAccount({ id })])
    })

    test('never moves a key to another workspace or environment', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      for (const patch of [{ workspaceId: 'ws_other' }, { environment: 'staging' }]) {
        const result = refused(await store.commit(change({ writes: [update(record, patch)] })))
        same(result, { ok: false, reason: 'conflict', write: 0, current: record })
      }
      same(await findOne(store, record.id), record)
      assert.deepEqual(await listedIds(store, { workspaceId: 'ws_other' }), [])
    })

    test('never moves a service account to another workspace', async ({ store }) => {
      const account = testServiceAccount()
      await committed(store, insertAccount(account))
      const moved = { ...account, revision: 2, workspaceId: 'ws_other' }
      const write = { type: 'serviceAccount', record: moved, expectedRevision: 1 } as const
      same(refused(await store.commit(change({ writes: [write] }))).current, account)
    })

    test('gives a key to another owner when told to, in every listing', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      await committed(store, update(record, { owner: { type: 'service', id: 'svc_deploy' } }))
      assert.deepEqual(await listedIds(store, { ownerIds: ['ada'] }), [])
      assert.deepEqual(await listedIds(store, { ownerIds: ['svc_deploy'] }), [record.id])
    })

    test('carries out as many writes at once as a change may hold, a line and an announcement for each', async ({
      store,
    }) => {
      const records = Array.from({ length: mostWrites }, (_, index) => testRecord({ id: testKeyId(index) }))
      const ids = records.map(({ id }) => id)
      const before = accepted(await store.commit(change()))
      const activity = ids.map((id) => activityEntry({ id: `line-${id}`, target: { type: 'key', id } }))
      const announcements = ids.map((id) => ({ type: 'key', id }) as const)
      const full = change({ writes: records.map(insert), activity, announcements })
      const head = accepted(await store.commit(full))
      assert.equal((await store.find(ids)).size, mostWrites)
      const lines = await store.activity?.({ workspaceId: 'ws_acme', limit: 100 })
      if (lines !== undefined) same(lines.items.map(({ target }) => target.id).toSorted(), ids.toSorted())
      if (before === null || head === null) return
      same((await store.poll?.(before))?.changes, [{ epoch: head.epoch, nonce: full.nonce, announcements }])
    })

    test('carries out a change without writes', async ({ store }) => {
      const head = accepted(
        await store.commit(change({ announcements: [{ type: 'workspace', workspaceId: 'ws_acme' }] })),
      )
      assert.equal(head === null, store.poll === undefined, 'head is null exactly on a store without poll')
    })

    test('leaves lastUsedAt as it was, whatever the written record says', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      const record = testRecord()
      await stored(store, record)
      const entry = {
        workspaceId: 'ws_acme',
        keyId: record.id,
        version: 1,
        hour: start,
        requests: 1,
        allowed: 1,
        denied: {},
        clientErrors: 0,
        serverErrors: 0,
        lastUsedAt: start + 7,
      }
      await addUsage({ instanceId: 'a', sequence: 1, entries: [entry] })
      await committed(store, update(record, { lastUsedAt: null }))
      assert.equal((await readOne(store, record.id)).lastUsedAt, start + 7)
      await committed(store, update({ ...record, revision: 2 }, { lastUsedAt: start + 9 }))
      assert.equal((await readOne(store, record.id)).lastUsedAt, start + 7)
    })
  },
}
