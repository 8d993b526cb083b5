import type {
  Change,
  CommitResult,
  KeyStore,
  LockedRecord,
  LockTarget,
  ServiceAccountRecord,
  Urgency,
  Write,
} from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord, testServiceAccount } from '../records.ts'
import {
  activityEntry,
  change,
  committed,
  findOne,
  insert,
  insertAccount,
  insertIdempotency,
  readOne,
  same,
  start,
  stored,
  update,
} from './fixtures.ts'
import { keyIn, lockedOf } from './locked-records.ts'
import type { ContractGroup } from './suite.ts'

type CommitLocked = NonNullable<KeyStore['commitLocked']>

const id = testKeyId(1)
const key: LockTarget = { type: 'key', id }
const nowhere: LockTarget = { type: 'key', id: testKeyId(99) }
const urgencies: readonly Urgency[] = ['revocation', 'withdrawal', 'ordinary']
/** How many contend. Enough for a pool of connections to interleave. */
const contenders = 12

/** A change is decided while no one else can write what it is about. */
export const locked: ContractGroup = {
  title: 'changes decided under the lock',
  define(test) {
    test('show what is stored, one record for each target in their order, and carry out what is decided', async ({
      store,
      need,
    }) => {
      const { commitLocked } = need('commitLocked')
      const [first, second] = [testRecord({ id }), testRecord({ id: testKeyId(2), name: 'Second' })]
      await stored(store, first, second)
      for (const urgency of urgencies) {
        const seen: LockedRecord[] = []
        const targets = [{ type: 'key', id: second.id }, nowhere, key] as const
        const before = await readOne(store, id)
        const result = await commitLocked(
          targets,
          (found) => {
            seen.splice(0, seen.length, ...found)
            return change({ writes: [update(keyIn(found[2]), { name: urgency })] })
          },
          urgency,
        )
        assert.equal(result?.ok, true)
        same(seen, [second, null, before])
        same(await findOne(store, id), { ...before, name: urgency, revision: before.revision + 1 })
      }
    })

    test('write nothing when nothing is decided', async ({ store, need }) => {
      const { commitLocked, poll } = need('commitLocked', 'poll')
      await stored(store, testRecord({ id }))
      const { head } = await poll(null)
      assert.equal(await commitLocked([key], () => undefined, 'revocation'), undefined)
      same((await poll(null)).head, head)
      same(await findOne(store, id), testRecord({ id }))
      // Nor is anything left that would be in the way.
      await committed(store, update(testRecord({ id }), { name: 'Free' }))
    })

    test('move the head and announce it, unless they are silent', async ({ store, need }) => {
      const { commitLocked, poll } = need('commitLocked', 'poll')
      await stored(store, testRecord({ id }))
      const { head } = await poll(null)
      const announcements = [{ type: 'key', id }] as const
      const loud = change({ writes: [update(testRecord({ id }))], announcements })
      const result = await commitLocked([key], () => loud, 'withdrawal')
      assert.equal(result?.ok === true ? result.head?.epoch : undefined, head.epoch + 1)
      same((await poll(head)).changes, [{ epoch: head.epoch + 1, nonce: loud.nonce, announcements }])
      const after = await poll(null)
      const record = await readOne(store, id)
      const silent: Write = { type: 'key', record: { ...record, description: 'x' }, expectedRevision: record.revision }
      await commitLocked([key], () => change({ writes: [silent], silent: true }), 'ordinary')
      same((await poll(null)).head, after.head)
      assert.equal((await readOne(store, id)).description, 'x')
    })

    test('write the log, and an idempotency row, with the records', async ({ store, need }) => {
      const { commitLocked, activity } = need('commitLocked', 'activity')
      await stored(store, testRecord({ id }))
      const both = (revision: number): Change =>
        change({
          writes: [update(testRecord({ id, revision })), insertIdempotency()],
          activity: [activityEntry({ id: `activity-${revision}` })],
        })
      assert.equal((await commitLocked([key], () => both(1), 'ordinary'))?.ok, true)
      const again = await commitLocked([key], () => both(2), 'ordinary')
      same(again, { ok: false, reason: 'conflict', write: 1, current: insertIdempotency().record })
      assert.equal((await readOne(store, id)).revision, 2)
      const { items } = await activity({ workspaceId: 'ws_acme', limit: 10 })
      same(
        items.map((item) => item.id),
        ['activity-1'],
      )
    })

    test('insert a key where there was none', async ({ store, need }) => {
      const { commitLocked } = need('commitLocked')
      const made = await commitLocked(
        [key],
        ([found]) => (found === null ? change({ writes: [insert(testRecord({ id }))] }) : undefined),
        'ordinary',
      )
      assert.equal(made?.ok, true)
      same(await findOne(store, id), testRecord({ id }))
    })

    test('show a service account, and write it', async ({ store, need }) => {
      const { commitLocked, services } = need('commitLocked', 'services')
      const account = testServiceAccount()
      await committed(store, insertAccount(account))
      const target: LockTarget = { type: 'serviceAccount', id: account.id }
      const result = await commitLocked(
        [target],
        ([found]) => {
          same(found, account)
          const record = { ...(found as ServiceAccountRecord), deletedAt: start, revision: account.revision + 1 }
          return change({ writes: [{ type: 'serviceAccount', record, expectedRevision: account.revision }] })
        },
        'withdrawal',
      )
      assert.equal(result?.ok, true)
      const page = await services({ workspaceId: account.workspaceId, includeDeleted: true, limit: 10 })
      assert.equal(page.items[0]?.deletedAt, start)
    })

    test('say so when a record cannot be read, and write nothing over it', async ({ store, need }) => {
      const { commitLocked, writeRaw } = need('commitLocked', 'writeRaw')
      await stored(store, testRecord({ id }))
      await writeRaw(id, '{"id":')
      let seen: LockedRecord | undefined
      const result = await commitLocked(
        [key],
        ([found]) => {
          seen = found
          return change({ writes: [update(testRecord({ id }))] })
        },
        'revocation',
      )
      assert.equal(seen, 'corrupt')
      same(result, { ok: false, reason: 'conflict', write: 0, current: null })
      assert.equal(await findOne(store, id), 'corrupt')
    })

    test('never revive a revoked key', async ({ store, need }) => {
      const { commitLocked } = need('commitLocked')
      const record = testRecord({ id, revokedAt: start })
      await stored(store, record)
      const revival = update(record, { revokedAt: null })
      const result = await commitLocked([key], () => change({ writes: [revival] }), 'ordinary')
      same(result, { ok: false, reason: 'final', write: 0, current: record })
    })

    test('leave the last use as it is', async ({ store, need }) => {
      const { commitLocked } = need('commitLocked')
      await stored(store, testRecord({ id }))
      const write = update({ ...testRecord({ id }), lastUsedAt: start + 9 }, { name: 'Later' })
      await commitLocked([key], () => change({ writes: [write] }), 'ordinary')
      assert.equal((await readOne(store, id)).lastUsedAt, null)
    })

    test('refuse a write of what is not locked, a target named twice, and more than sixteen', async ({
      store,
      need,
    }) => {
      const { commitLocked } = need('commitLocked')
      const other = testRecord({ id: testKeyId(2) })
      await stored(store, testRecord({ id }), other)
      const validation = { code: 'ERR_CLAVIGER_VALIDATION' }
      const writes = [update(testRecord({ id })), update(other)]
      await assert.rejects(
        commitLocked([key], () => change({ writes }), 'revocation'),
        validation,
      )
      const many = Array.from({ length: 100 }, (_, index): LockTarget => ({ type: 'key', id: testKeyId(index) }))
      for (const targets of [[key, key], many]) {
        await assert.rejects(
          commitLocked(targets, () => undefined, 'revocation'),
          validation,
        )
      }
      same(await findOne(store, id), testRecord({ id }))
      await committed(store, update(testRecord({ id }), { name: 'Free' }))
    })

    test('hand out copies, and keep what was decided', async ({ store, need }) => {
      const { commitLocked } = need('commitLocked')
      await stored(store, testRecord({ id, metadata: { plan: 'free' } }))
      const spoil = ([found]: readonly LockedRecord[]): undefined => {
        Object.assign(keyIn(found).metadata, { plan: 'spoilt' })
        return undefined
      }
      await commitLocked([key], spoil, 'ordinary')
      same((await readOne(store, id)).metadata, { plan: 'free' })
    })

    test('are all made when many come at once, each on what the one before has left', async ({ store, need }) => {
      const { commitLocked, second } = need('commitLocked', 'second')
      const other = lockedOf(await second())
      await stored(store, testRecord({ id }))
      const results = await Promise.all(
        range((index) =>
          (index % 2 === 0 ? commitLocked : other)([key], adding(index), urgencies[index % 3] ?? 'ordinary'),
        ),
      )
      same(
        results.map((result) => result?.ok).filter((ok) => ok !== true),
        [],
      )
      const record = await readOne(store, id)
      assert.equal(record.revision, contenders + 1)
      same(Object.keys(record.metadata).sort(), range((index) => `n${index}`).sort())
    })

    test('are made while others compare and set the same record in a loop', async ({ store, need }) => {
      const { commitLocked, second } = need('commitLocked', 'second')
      const other = await second()
      await stored(store, testRecord({ id }))
      let isOver = false
      const write = async (handle: KeyStore): Promise<void> => {
        if (isOver) return
        const record = await readOne(handle, id)
        await handle.commit(change({ writes: [update(record, { name: record.name === 'a' ? 'b' : 'a' })] }))
        // A store in memory would let no one else have a turn.
        await new Promise((resolve) => setImmediate(resolve))
        await write(handle)
      }
      const loops = range((index) => write(index % 2 === 0 ? store : other))
      const outcomes: (CommitResult | undefined)[] = []
      try {
        for (let index = 0; index < 5; index += 1) {
          outcomes.push(await commitLocked([key], adding(index), urgencies[index % 3] ?? 'ordinary'))
        }
      } finally {
        isOver = true
        await Promise.allSettled(loops)
      }
      same(
        outcomes.map((result) => result?.ok).filter((ok) => ok !== true),
        [],
      )
      same(Object.keys((await readOne(store, id)).metadata).sort(), ['n0', 'n1', 'n2', 'n3', 'n4'])
    })

    test('of the same records in opposite order all come to an end', async ({ store, need }) => {
      const { commitLocked, second } = need('commitLocked', 'second')
      const other = lockedOf(await second())
      const ids = [testKeyId(1), testKeyId(2)]
      await stored(store, ...ids.map((one) => testRecord({ id: one })))
      const targets = ids.map((one): LockTarget => ({ type: 'key', id: one }))
      const results = await Promise.all(
        range((index) =>
          (index % 2 === 0 ? commitLocked : other)(
            index % 2 === 0 ? targets : targets.toReversed(),
            (found) => change({ writes: found.map((record) => update(keyIn(record))) }),
            'withdrawal',
          ),
        ),
      )
      same(
        results.map((result) => result?.ok).filter((ok) => ok !== true),
        [],
      )
      for (const one of ids) assert.equal((await readOne(store, one)).revision, contenders + 1)
    })
  },
}

/** Leaves a mark of its own on each stored record. */
function adding(index: number): Parameters<CommitLocked>[1] {
  return ([found]) => {
    const record = keyIn(found)
    return change({ writes: [update(record, { metadata: { ...record.metadata, [`n${index}`]: 'x' } })] })
  }
}

function range<T>(make: (index: number) => T): T[] {
  return Array.from({ length: contenders }, (_, index) => make(index))
}
