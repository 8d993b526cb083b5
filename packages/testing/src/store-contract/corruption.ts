import { encodeKeyRecord } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { change, findOne, listedIds, refused, same, start, stored, update } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const record = testRecord({ permissions: ['prompts:read'] })
const other = testRecord({ id: testKeyId(2) })
const json = encodeKeyRecord(record)

/** What lies where a key should, and grants everything to a careless reader. */
const corruptions: Readonly<Record<string, string>> = {
  nothing: '',
  'no JSON': 'garbage',
  'half a record': json.slice(0, json.length / 2),
  'a list': '[]',
  null: 'null',
  'permissions as one text': json.replace('["prompts:read"]', '"prompts:read admin:write"'),
  'no permissions': json.replace('"permissions":["prompts:read"],', ''),
  'invalid permissions': json.replace('["prompts:read"]', '[["*:*"],null,7]'),
  'no revokedAt': json.replace('"revokedAt":null,', ''),
  'expiry as a text': json.replace('"expiresAt":null', '"expiresAt":"never"'),
  'no secrets': json.replace(/"secrets":\[.*?\],/, '"secrets":[],'),
  '5 MB': json.replace('"description":null', `"description":"${'x'.repeat(5_000_000)}"`),
  'depth 10 000': json.replace('"metadata":{}', `"metadata":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
}

/** A row that cannot be read as a key is said to be so. It is neither missing nor half believed. */
export const corruption: ContractGroup = {
  title: 'corrupt rows',
  define(test) {
    for (const [name, raw] of Object.entries(corruptions)) {
      test(`tells that a key is corrupt where ${name} is stored, and reads the key beside it`, async ({
        store,
        need,
      }) => {
        const { writeRaw } = need('writeRaw')
        await stored(store, record, other)
        await writeRaw(record.id, raw)
        same(
          await store.find([record.id, other.id]),
          new Map<string, unknown>([
            [record.id, 'corrupt'],
            [other.id, other],
          ]),
        )
      })
    }

    test('leaves a corrupt row out of listings', async ({ store, need }) => {
      const { writeRaw } = need('writeRaw')
      await stored(store, record, other)
      await writeRaw(record.id, 'garbage')
      assert.deepEqual(await listedIds(store), [other.id])
    })

    test('comes to the end of a listing through corrupt rows', async ({ store, need }) => {
      const { writeRaw } = need('writeRaw')
      const records = Array.from({ length: 5 }, (_, index) => testRecord({ id: testKeyId(index) }))
      await stored(store, ...records)
      for (const index of [1, 2, 4]) await writeRaw(testKeyId(index), 'garbage')
      const seen: string[] = []
      let cursor: string | undefined
      for (let pages = 0; pages < 10; pages += 1) {
        const page = await store.list({
          workspaceId: 'ws_acme',
          at: start,
          limit: 1,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...page.items.map(({ id }) => id))
        if (page.nextCursor === null) {
          assert.deepEqual(seen, [testKeyId(0), testKeyId(3)])
          return
        }
        cursor = page.nextCursor
      }
      assert.fail('the pages must come to an end')
    })

    // A corrupt row has no revision that could be compared.
    test('refuses to write over a corrupt row: current is null', async ({ store, need }) => {
      const { writeRaw } = need('writeRaw')
      await stored(store, record)
      await writeRaw(record.id, 'garbage')
      for (const write of [update(record), { type: 'key', record, expectedRevision: 0 } as const]) {
        same(refused(await store.commit(change({ writes: [write] }))), {
          ok: false,
          reason: 'conflict',
          write: 0,
          current: null,
        })
      }
      assert.equal(await findOne(store, record.id), 'corrupt')
    })
  },
}
