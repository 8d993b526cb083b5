import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { committed, findOne, insertIdempotency, listedIds, same, stored } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** Ids are compared exactly; what cannot be an id is not found, whatever it is made of. */
export const ids: ContractGroup = {
  title: 'ids',
  define(test) {
    // MySQL's and MariaDB's default collations ignore letter case and accents.
    test('does not find a key whose id differs only in letter case', async ({ store }) => {
      await stored(store, testRecord({ id: 'AbCdefghijklmnop' }))
      assert.equal(await findOne(store, 'abCdefghijklmnop'), undefined)
    })

    test('keeps two keys apart whose ids differ only in letter case', async ({ store }) => {
      const upper = testRecord({ id: 'AbCdefghijklmnop', name: 'upper' })
      const lower = testRecord({ id: 'abCdefghijklmnop', name: 'lower' })
      await stored(store, upper, lower)
      same(
        await store.find([upper.id, lower.id]),
        new Map([
          [upper.id, upper],
          [lower.id, lower],
        ]),
      )
    })

    test('finds nothing under ids that are not ids, and still finds the key asked for beside them', async ({
      store,
    }) => {
      const record = testRecord()
      await stored(store, record)
      const hostile = [
        '',
        ' ',
        '*',
        '%',
        '_'.repeat(16),
        'key*',
        `${record.id} `,
        ` ${record.id}`,
        `${record.id}\0`,
        `\0${record.id}`,
        `${record.id}:x`,
        `k:${record.id}`,
        `hash:${record.id}`,
        `' or '1'='1`,
        '"; drop table keys',
        '\u{1f511}',
        '\u00c4bCdefghijklmnop',
        '__proto__',
        'constructor',
        'x'.repeat(255),
        'x'.repeat(70_000),
      ]
      same(await store.find([...hostile, record.id]), new Map([[record.id, record]]))
    })

    test('takes nothing for an id that only reads like one', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      const alike = [[record.id], Object(record.id), { toString: () => record.id }, null, undefined, 7]
      same(await store.find(alike as never), new Map())
    })

    test('answers an id once that is asked twice, and nothing when nothing is asked', async ({ store }) => {
      const record = testRecord()
      await stored(store, record)
      same(await store.find([record.id, record.id]), new Map([[record.id, record]]))
      assert.equal((await store.find([])).size, 0)
    })

    // The verifier asks for all misses of one tick at once; databases bound the parameters of a statement.
    test('finds 1 000 ids in one call, present and absent ones mixed', async ({ store }) => {
      const records = Array.from({ length: 200 }, (_, index) => testRecord({ id: testKeyId(index * 5) }))
      await stored(store, ...records)
      const found = await store.find(Array.from({ length: 1_000 }, (_, index) => testKeyId(index)))
      assert.deepEqual(
        [...found.keys()].sort(),
        records.map(({ id }) => id),
      )
    })

    // MariaDB compares 'ada' and 'ada ' as equal.
    test('tells owners apart by letter case, accents and trailing spaces', async ({ store }) => {
      const owners = ['ada', 'Ada', 'ada ', 'ad\u00e4', 'ad\u0061\u0308']
      await stored(
        store,
        ...owners.map((id, index) => testRecord({ id: testKeyId(index), owner: { type: 'user', id } })),
      )
      for (const [index, ownerId] of owners.entries()) {
        assert.deepEqual(await listedIds(store, { ownerIds: [ownerId] }), [testKeyId(index)], JSON.stringify(ownerId))
        assert.deepEqual(await listedIds(store, { visibleOwners: [{ type: 'user', id: ownerId }] }), [testKeyId(index)])
      }
    })

    test('tells workspaces apart by letter case, accents and trailing spaces', async ({ store }) => {
      const workspaces = ['acme', 'Acme', 'acme ', 'acm\u00e9', 'acme*', 'acme%', 'acm_']
      await stored(store, ...workspaces.map((workspaceId, index) => testRecord({ id: testKeyId(index), workspaceId })))
      for (const [index, workspaceId] of workspaces.entries()) {
        assert.deepEqual(await listedIds(store, { workspaceId }), [testKeyId(index)], JSON.stringify(workspaceId))
      }
    })

    // Joined with a separator, all of these would be one.
    test('tells idempotency rows apart whose parts only look alike when joined', async ({ store }) => {
      await committed(
        store,
        insertIdempotency({ workspaceId: 'a:b', actor: { type: 'user', id: 'c' }, idempotencyKey: 'd' }),
        insertIdempotency({ workspaceId: 'a', actor: { type: 'user', id: 'b:c' }, idempotencyKey: 'd' }),
        insertIdempotency({ workspaceId: 'a', actor: { type: 'user', id: 'b' }, idempotencyKey: 'c:d' }),
        insertIdempotency({ workspaceId: 'a', actor: { type: 'user', id: 'b' }, idempotencyKey: 'C:d' }),
        insertIdempotency({ workspaceId: 'a', actor: { type: 'key', id: 'b' }, idempotencyKey: 'c:d' }),
      )
    })
  },
}
