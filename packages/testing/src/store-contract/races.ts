import type { KeyRecord, KeyStore } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { testKeyId, testRecord } from '../records.ts'
import {
  change,
  findOne,
  insert,
  insertIdempotency,
  readOne,
  refused,
  same,
  start,
  stored,
  update,
  usageEntry,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** How many contend. Enough for a pool of connections to interleave. */
const contenders = 16

/** Many callers have read the same state before the first of them writes. */
export const races: ContractGroup = {
  title: 'races',
  define(test) {
    test('lets one of many concurrent updates of one revision win, and tells the others who won', async ({ store }) => {
      await stored(store, testRecord())
      const results = await contend(store, (record, index) => update(record, { name: `Contender ${index}` }))
      const winners = results.filter(({ ok }) => ok)
      assert.equal(winners.length, 1)
      const current = await readOne(store, testRecord().id)
      assert.equal(current.revision, 2)
      for (const result of results) {
        if (result.ok) continue
        assert.equal(result.reason, 'conflict')
        assert.deepEqual((result.current as KeyRecord).name, current.name)
      }
    })

    test('lets one of many concurrent inserts of one id win', async ({ store }) => {
      const results = await Promise.all(
        range((index) => store.commit(change({ writes: [insert(testRecord({ name: `Contender ${index}` }))] }))),
      )
      assert.equal(results.filter(({ ok }) => ok).length, 1)
    })

    test('lets one of many concurrent creations under one idempotency key win, and stores no other key', async ({
      store,
    }) => {
      const results = await Promise.all(
        range((index) =>
          store.commit(
            change({
              writes: [insert(testRecord({ id: testKeyId(index) })), insertIdempotency({ keyId: testKeyId(index) })],
            }),
          ),
        ),
      )
      assert.equal(results.filter(({ ok }) => ok).length, 1)
      assert.equal((await store.find(range(testKeyId))).size, 1)
    })

    test('loses no commit of many that do not contend, and gives each an epoch of its own', async ({ store, need }) => {
      const { poll } = need('poll')
      const { head } = await poll(null)
      const results = await Promise.all(
        range((index) => store.commit(change({ writes: [insert(testRecord({ id: testKeyId(index) }))] }))),
      )
      const epochs = results.map((result) => (result.ok ? result.head?.epoch : undefined))
      assert.deepEqual(
        epochs.sort((a = 0, b = 0) => a - b),
        range((index) => head.epoch + 1 + index),
      )
      assert.equal((await store.find(range(testKeyId))).size, contenders)
      assert.equal((await poll(head)).changes.length, contenders)
    })

    test('never undoes a revocation by an update that read the key before', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      const allHaveRead = gate(contenders)
      await Promise.all(
        range(async (index) => {
          let current = await readOne(store, record.id)
          await allHaveRead.wait()
          // Each retries as a caller would that overwrites what it finds, revoking or not.
          for (let attempt = 0; attempt <= contenders; attempt += 1) {
            const patch = index === 0 ? { revokedAt: start + 1 } : { name: `Contender ${index}`, revokedAt: null }
            const result = await store.commit(change({ writes: [update(current, patch)] }))
            if (result.ok || result.reason === 'final') return
            current = result.current as KeyRecord
          }
          assert.fail(`contender ${index} neither won nor met the end`)
        }),
      )
      assert.equal((await readOne(store, record.id)).revokedAt, start + 1)
    })

    test('never undoes a revocation by a silent write or by usage', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      const entry = usageEntry({ lastUsedAt: start + 99 })
      await Promise.all([
        ...range((index) => store.addUsage?.({ instanceId: `before-${index}`, sequence: 1, entries: [entry] })),
        ...range(() => store.commit(change({ writes: [{ type: 'key', record, expectedRevision: 1 }], silent: true }))),
        store.commit(change({ writes: [update(record, { revokedAt: start + 1 })] })),
        ...range(() => store.commit(change({ writes: [{ type: 'key', record, expectedRevision: 1 }], silent: true }))),
        ...range((index) => store.addUsage?.({ instanceId: `after-${index}`, sequence: 1, entries: [entry] })),
      ])
      assert.equal((await readOne(store, record.id)).revokedAt, start + 1)
    })

    test('adds concurrent usage of many instances without losing a count', async ({ store, need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await stored(store, testRecord())
      await Promise.all(
        range((index) =>
          addUsage({
            instanceId: `instance-${index}`,
            sequence: 1,
            entries: [usageEntry({ lastUsedAt: start + index })],
          }),
        ),
      )
      const [point] = await usage({ workspaceId: 'ws_acme', from: start, to: start + 1, bucket: 'total' })
      assert.equal(point?.requests, contenders)
      assert.equal((await readOne(store, testRecord().id)).lastUsedAt, start + contenders - 1)
    })

    test('lets one handle win over another on the same data, and shows the winner to both', async ({ store, need }) => {
      const { second } = need('second')
      const other = await second()
      await stored(store, testRecord())
      const write = (index: number): ReturnType<typeof update> => update(testRecord(), { name: `Contender ${index}` })
      const results = await Promise.all(
        range((index) => (index % 2 === 0 ? store : other).commit(change({ writes: [write(index)] }))),
      )
      assert.equal(results.filter(({ ok }) => ok).length, 1)
      same(await findOne(store, testRecord().id), await findOne(other, testRecord().id))
      const revival = update({ ...(await readOne(other, testRecord().id)), revision: 1 })
      assert.equal(refused(await other.commit(change({ writes: [revival] }))).reason, 'conflict')
    })
  },
}

function range<T>(make: (index: number) => T): T[] {
  return Array.from({ length: contenders }, (_, index) => make(index))
}

/** Every contender reads the key, waits until all have, and then writes. */
async function contend(
  store: KeyStore,
  write: (record: KeyRecord, index: number) => ReturnType<typeof update>,
): Promise<Awaited<ReturnType<KeyStore['commit']>>[]> {
  const allHaveRead = gate(contenders)
  return Promise.all(
    range(async (index) => {
      const record = await readOne(store, testRecord().id)
      await allHaveRead.wait()
      return store.commit(change({ writes: [write(record, index)] }))
    }),
  )
}
