import type { CallerEntry, Head, KeyStore, LoggedChange } from '@claviger/core/store'
import { gate, insertKey, testChange, testKeyId, testRecord, updateKey } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import type { ServerSuite } from './server-suite.ts'

const many = 50

/** What must hold while several processes write through connections of their own. */
export function concurrency(suite: ServerSuite): void {
  describe('many writers on several pools', () => {
    test(`loses none of ${many} concurrent commits, and gives each an epoch of its own`, async () => {
      const stores = await suite.stores(3)
      const { head } = await stores[0].poll(null)
      const results = await Promise.all(
        range(many, (index) => storeOf(stores, index).commit(testChange({ writes: [insertKey(record(index))] }))),
      )
      const epochs = results.map((result) => (result.ok ? (result.head?.epoch ?? 0) : 0)).toSorted((a, b) => a - b)
      expect(epochs).toEqual(range(many, (index) => head.epoch + 1 + index))
      expect(await stores[0].find(range(many, testKeyId))).toHaveProperty('size', many)
    })

    test('shows a follower every epoch in order, with the data of its commit, and never a gap', async () => {
      const stores = await suite.stores(3)
      const { head } = await stores[2].poll(null)
      const followed: LoggedChange[] = []
      const following = (async () => {
        let since: Head = head
        while (followed.length < many) {
          const polled = await stores[2].poll(since)
          if (polled.changes === 'gap') throw new Error('A follower that polls must never meet a gap.')
          await assertVisible(stores[2], polled.changes)
          followed.push(...polled.changes)
          since = polled.head
        }
      })()
      const changes = range(many, (index) =>
        testChange({ writes: [insertKey(record(index))], announcements: [{ type: 'key', id: testKeyId(index) }] }),
      )
      await Promise.all(changes.map((one, index) => storeOf(stores, index).commit(one)))
      await following
      expect(followed.map(({ epoch }) => epoch)).toEqual(range(many, (index) => head.epoch + 1 + index))
      expect(new Set(followed.map(({ nonce }) => nonce))).toEqual(new Set(changes.map(({ nonce }) => nonce)))
    })

    test('carries out changes of the same keys in opposite order: one wins, no one hangs', async () => {
      const stores = await suite.stores(3)
      const records = range(8, record)
      await stores[0].commit(testChange({ writes: records.map(insertKey) }))
      const ready = gate(16)
      const results = await Promise.all(
        range(16, async (index) => {
          const writes = records.map((one) => updateKey(one, { name: `Writer ${index}` }))
          await ready.wait()
          return storeOf(stores, index).commit(testChange({ writes: index % 2 === 0 ? writes : writes.toReversed() }))
        }),
      )
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      const names = [...(await stores[0].find(range(8, testKeyId))).values()].map(
        (one) => (one as { name: string }).name,
      )
      expect(new Set(names).size).toBe(1)
    })

    test('adds the usage of many instances for the same keys without losing a count', async () => {
      const stores = await suite.stores(3)
      const keys = range(20, record)
      for (const key of keys) await stores[0].commit(testChange({ writes: [insertKey(key)] }))
      const counts = { requests: 1, allowed: 0, denied: { key_expired: 1 }, clientErrors: 0, serverErrors: 0 }
      const entries = keys.map(({ id, workspaceId }) => ({ workspaceId, keyId: id, version: 1, hour: 0, ...counts }))
      await Promise.all(
        range(24, (index) =>
          storeOf(stores, index).addUsage({
            instanceId: `instance-${index}`,
            sequence: 1,
            entries: (index % 2 === 0 ? entries : entries.toReversed()).map((entry) => ({
              ...entry,
              lastUsedAt: index,
            })),
          }),
        ),
      )
      const asked = { workspaceId: 'ws_acme', from: 0, to: 86_400_000 }
      const { keys: busy } = await stores[0].busiest({ ...asked, limit: 100 })
      expect(busy.map(({ requests, denied }) => [requests, denied['key_expired']])).toEqual(range(20, () => [24, 24]))
      for (const bucket of ['hour', 'day', 'total'] as const) {
        expect(await stores[0].usage({ ...asked, bucket })).toMatchObject([{ requests: 20 * 24 }])
      }
      const used = [...(await stores[0].find(range(20, testKeyId))).values()]
      expect(used.map((one) => (one as { lastUsedAt: number }).lastUsedAt)).toEqual(range(20, () => 23))
    })

    test('adds callers of the same keys from many instances, and purges meanwhile, without losing one', async () => {
      const stores = await suite.stores(3)
      const dayMs = 86_400_000
      const keys = range(120, (index) => ({ workspaceId: `ws_${index % 5}`, keyId: testKeyId(index) }))
      const callersOf = (instance: number, lastUsedAt: number): CallerEntry[] =>
        keys.map((key) => ({ ...key, version: 1, network: null, agent: `instance-${instance}`, lastUsedAt }))
      // Old ones that the purge looks for, while their rows are rewritten.
      await stores[0].addCallers(callersOf(99, 1))
      await Promise.all([
        ...range(15, async (index) => {
          const entries = callersOf(index, dayMs + index)
          await storeOf(stores, index).addCallers(index % 2 === 0 ? entries : entries.toReversed())
        }),
        ...range(3, async (index) => {
          while ((await storeOf(stores, index).purge({ usageBefore: dayMs })) === 'more');
        }),
      ])
      const expected = range(15, (index) => `instance-${index}`).toReversed()
      for (const key of keys) {
        expect((await stores[1].callers(key)).map(({ agent }) => agent)).toEqual(expected)
      }
    })
  })
}

function record(index: number): ReturnType<typeof testRecord> {
  return testRecord({ id: testKeyId(index) })
}

function storeOf<Store>(stores: readonly [Store, Store, Store], index: number): Store {
  return stores[index % 3] as Store
}

function range<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index))
}

async function assertVisible(store: KeyStore, changes: readonly LoggedChange[]): Promise<void> {
  const ids = changes.flatMap(({ announcements }) =>
    announcements.flatMap((one) => (one.type === 'key' ? [one.id] : [])),
  )
  expect([...(await store.find(ids)).keys()].toSorted()).toEqual(ids.toSorted())
}
