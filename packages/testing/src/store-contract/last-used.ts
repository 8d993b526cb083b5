import { hourMs } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { findOne, readOne, same, start, stored, usageEntry } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** When a key was last used moves forward only, also when a process reports late or with a wrong clock. */
export const lastUsed: ContractGroup = {
  title: 'last used',
  define(test) {
    test('is written to the key, and nothing else of the key changes', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      const record = testRecord()
      await stored(store, record, testRecord({ id: testKeyId(2) }))
      await addUsage({ instanceId: 'a', sequence: 1, entries: [usageEntry({ lastUsedAt: start + 5 })] })
      same(await findOne(store, record.id), { ...record, lastUsedAt: start + 5 })
      same(await findOne(store, testKeyId(2)), testRecord({ id: testKeyId(2) }))
      same((await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })).items[0]?.lastUsedAt, start + 5)
    })

    test('comes along with a key that is new, such as an imported one, and moves on from there', async ({
      store,
      need,
    }) => {
      const { addUsage } = need('addUsage')
      const imported = testRecord({ lastUsedAt: start - 9 })
      await stored(store, imported, testRecord({ id: testKeyId(2) }))
      same(await findOne(store, imported.id), imported)
      const page = async (attention: 'unused' | 'neverUsed'): Promise<readonly string[]> => {
        const filter =
          attention === 'unused'
            ? ({ type: 'unused', lastUsedBefore: start } as const)
            : ({ type: 'neverUsed', createdBefore: start + 1 } as const)
        const { items } = await store.list({ workspaceId: 'ws_acme', at: start, limit: 9, attention: [filter] })
        return items.map(({ id }) => id)
      }
      assert.deepEqual(await page('unused'), [imported.id])
      assert.deepEqual(await page('neverUsed'), [testKeyId(2)])
      await addUsage({ instanceId: 'a', sequence: 1, entries: [usageEntry({ lastUsedAt: start + 5 })] })
      assert.equal((await readOne(store, imported.id)).lastUsedAt, start + 5)
      assert.deepEqual(await page('unused'), [])
    })

    test('does not go back when a process with a slow clock reports later', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      await stored(store, testRecord())
      const reports = [
        ['fast', start + 5_000],
        ['slow', start - 5_000],
        ['exact', start],
      ] as const
      for (const [instanceId, lastUsedAt] of reports) {
        await addUsage({ instanceId, sequence: 1, entries: [usageEntry({ lastUsedAt })] })
      }
      assert.equal((await readOne(store, testRecord().id)).lastUsedAt, start + 5_000)
    })

    test('is the latest of all entries of a batch, in any order', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      await stored(store, testRecord())
      const entries = [
        usageEntry({ lastUsedAt: start + 1 }),
        usageEntry({ lastUsedAt: start + 9, version: 2, hour: start - hourMs }),
        usageEntry({ lastUsedAt: start + 3, hour: start + hourMs }),
      ]
      await addUsage({ instanceId: 'a', sequence: 1, entries })
      assert.equal((await readOne(store, testRecord().id)).lastUsedAt, start + 9)
    })

    test('does not move for a batch that is sent again', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      await stored(store, testRecord())
      await addUsage({ instanceId: 'a', sequence: 1, entries: [usageEntry({ lastUsedAt: start + 1 })] })
      await addUsage({ instanceId: 'a', sequence: 1, entries: [usageEntry({ lastUsedAt: start + 2 })] })
      assert.equal((await readOne(store, testRecord().id)).lastUsedAt, start + 1)
    })

    test('does not go back within a bucket either', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      await addUsage({ instanceId: 'a', sequence: 1, entries: [usageEntry({ lastUsedAt: start + 9 })] })
      await addUsage({ instanceId: 'b', sequence: 1, entries: [usageEntry({ lastUsedAt: start + 2 })] })
      const query = { workspaceId: 'ws_acme', from: start, to: start + hourMs } as const
      for (const bucket of ['hour', 'day', 'total'] as const) {
        assert.deepEqual(
          (await usage({ ...query, bucket })).map(({ lastUsedAt }) => lastUsedAt),
          [start + 9],
        )
      }
    })

    // A key can be purged while a process still holds counts of it.
    test('brings no key into being that is not stored', async ({ store, need }) => {
      const { addUsage } = need('addUsage')
      await stored(store, testRecord({ id: testKeyId(2) }))
      const entries = [
        usageEntry({ lastUsedAt: start + 1 }),
        usageEntry({ keyId: testKeyId(2), lastUsedAt: start + 2 }),
      ]
      await addUsage({ instanceId: 'a', sequence: 1, entries })
      assert.equal(await findOne(store, testKeyId(1)), undefined)
      assert.equal((await readOne(store, testKeyId(2))).lastUsedAt, start + 2)
    })
  },
}
