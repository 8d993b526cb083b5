import { assert } from '../assert.ts'
import { testKeyId, testRecord, testServiceAccount } from '../records.ts'
import {
  activityEntry,
  change,
  findOne,
  insert,
  insertAccount,
  insertIdempotency,
  listedIds,
  refused,
  same,
  stored,
  update,
} from './fixtures.ts'
import type { ContractContext, ContractGroup } from './suite.ts'
import { mostWrites, type Write } from '@claviger/core/store'

const fresh = testRecord({ id: testKeyId(2) })
const account = testServiceAccount()
const retry = insertIdempotency()
const good: readonly Write[] = [insert(fresh), insertAccount(account), retry]

/** All or nothing: a change whose one write is refused leaves no trace of the others. */
export const atomicity: ContractGroup = {
  title: 'all or nothing',
  define(test) {
    for (const place of [0, 1, 2, 3]) {
      test(`stores nothing of a change whose write ${place} is refused`, async (context) => {
        const { store } = context
        const record = testRecord()
        await stored(store, record)
        const before = await store.poll?.(null)
        const outdated = update({ ...record, revision: 5 })
        const writes = good.toSpliced(place, 0, outdated)
        const result = refused(await store.commit(change({ writes, activity: [activityEntry()] })))
        same(result, { ok: false, reason: 'conflict', write: place, current: record })
        same((await store.poll?.(null))?.head, before?.head, 'the head must not move')
        await assertNothingOf(context)
        same(await findOne(store, record.id), record)
      })
    }

    test('stores nothing of a change that a taken idempotency key refuses', async (context) => {
      const { store } = context
      await store.commit(change({ writes: [retry] }))
      const result = refused(await store.commit(change({ writes: good, activity: [activityEntry()] })))
      same(result, { ok: false, reason: 'conflict', write: 2, current: retry.record })
      assert.equal(await findOne(store, fresh.id), undefined)
    })

    test('rejects more writes than a change may hold and stores nothing', async ({ store }) => {
      const records = Array.from({ length: mostWrites + 1 }, (_, index) => testRecord({ id: testKeyId(index) }))
      await assert.rejects(async () => store.commit(change({ writes: records.map(insert) })))
      assert.equal((await store.find(records.map(({ id }) => id))).size, 0)
    })

    test('rejects more lines of the log, or announcements, than a change may hold and stores nothing', async ({
      store,
    }) => {
      const activity = Array.from({ length: mostWrites + 1 }, (_, index) => activityEntry({ id: `line-${index}` }))
      const announcements = activity.map(({ id }) => ({ type: 'key', id }) as const)
      for (const more of [{ activity }, { announcements }]) {
        await assert.rejects(async () => store.commit(change({ writes: [insert(fresh)], ...more })))
      }
      assert.equal(await findOne(store, fresh.id), undefined)
    })

    // Stored as given, it would let the next compare-and-set pass that must not, or none at all.
    test('rejects a revision that does not follow from the expected one, and stores nothing', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      const skipping: Write = { type: 'key', record: { ...record, revision: 3 }, expectedRevision: 1 }
      const standing: Write = { type: 'key', record: { ...record, name: 'Same revision' }, expectedRevision: 1 }
      for (const write of [skipping, standing]) {
        await assert.rejects(async () => store.commit(change({ writes: [insert(fresh), write] })))
      }
      same(await findOne(store, record.id), record)
      assert.equal(await findOne(store, fresh.id), undefined)
    })

    test('stores nothing of a change that inserts one key twice', async ({ store }) => {
      const writes = [insert(fresh), insert({ ...fresh, name: 'Twin' })]
      const outcome = await store.commit(change({ writes })).then(
        (result) => result.ok,
        () => false,
      )
      assert.equal(outcome, false)
      assert.equal(await findOne(store, fresh.id), undefined)
    })
  },
}

async function assertNothingOf({ store }: ContractContext): Promise<void> {
  assert.equal(await findOne(store, fresh.id), undefined, 'the new key must not be stored')
  assert.deepEqual(await listedIds(store), [testKeyId(1)], 'the new key must not be listed')
  const services = await store.services?.({ workspaceId: 'ws_acme', limit: 10 })
  same(services?.items ?? [], [], 'the service account must not be stored')
  const activity = await store.activity?.({ workspaceId: 'ws_acme', limit: 10 })
  same(activity?.items ?? [], [], 'the activity must not be stored')
  const again = await store.commit(change({ writes: [retry] }))
  assert.ok(again.ok, 'the idempotency row must not be stored')
}
