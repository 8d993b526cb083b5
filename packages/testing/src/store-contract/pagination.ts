import { encodeCursor, type KeyQuery, type KeyRecord, type KeyStore } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { listedIds, manyOfOneInstant, purgeAll, same, start, stored, storedSeries } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** The order of listings, and pages that neither skip nor repeat. */
export const pagination: ContractGroup = {
  title: 'listing in pages',
  define(test) {
    test('lists newest first, ties by id in the order of its characters', async ({ store }) => {
      const idsInOrder = ['0'.repeat(16), 'A'.repeat(16), 'Z'.repeat(16), 'a'.repeat(16), 'z'.repeat(16)]
      const ties = idsInOrder.map((id) => testRecord({ id }))
      const newest = testRecord({ id: 'newest0000000000', createdAt: start + 1 })
      const oldest = testRecord({ id: 'oldest0000000000', createdAt: start - 1 })
      await stored(store, oldest, ...ties.toReversed(), newest)
      assert.deepEqual(await listedIds(store), [newest.id, ...idsInOrder, oldest.id])
    })

    test('gives an empty page for a workspace without keys', async ({ store }) => {
      same(await store.list({ workspaceId: 'ws_empty', at: start, limit: 10 }), { items: [], nextCursor: null })
    })

    test('gives whole records', async ({ store }) => {
      const records = await storedSeries(store, 3)
      same((await store.list({ workspaceId: 'ws_acme', at: start, limit: 100 })).items, records)
    })

    for (const limit of [1, 2, 3, 7, 100]) {
      test(`gives every key once, in order, in pages of ${limit}`, async ({ store }) => {
        const records = await storedSeries(store, 21, (index) => ({ createdAt: start + Math.floor(index / 2) }))
        const pages = await allPages(store, { limit })
        assert.ok(
          pages.slice(0, -1).every((page) => page.length === limit),
          'every page but the last is full',
        )
        const expected = records.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
        assert.deepEqual(
          pages.flat().map(({ id }) => id),
          expected.map(({ id }) => id),
        )
      })
    }

    test('says that there is no next page when the keys just fill this one', async ({ store }) => {
      await storedSeries(store, 4)
      assert.equal((await store.list({ workspaceId: 'ws_acme', at: start, limit: 4 })).nextCursor, null)
      assert.notEqual((await store.list({ workspaceId: 'ws_acme', at: start, limit: 3 })).nextCursor, null)
    })

    // A key is often listed in the millisecond in which others are made.
    test('neither skips nor repeats among more equal instants than a page holds', async ({ store }) => {
      await storedSeries(store, 12, () => ({ createdAt: start }))
      const listed = (await allPages(store, { limit: 5 })).flat().map(({ id }) => id)
      assert.deepEqual(
        listed,
        Array.from({ length: 12 }, (_, index) => testKeyId(index)),
      )
    })

    test('gives every key among very many of one instant, with a condition and without', async ({ store }) => {
      const records = await storedSeries(store, manyOfOneInstant + 2, (index) => ({
        createdAt: index === 0 ? start + 1 : index > manyOfOneInstant ? start - 1 : start,
        environment: index % 3 === 0 ? 'staging' : 'production',
      }))
      const expected = records.toReversed()
      for (const environments of [undefined, ['staging']]) {
        const query = environments === undefined ? {} : { environments }
        assert.deepEqual(
          await listedIds(store, query),
          expected.filter(({ environment }) => environments?.includes(environment) ?? true).map(({ id }) => id),
        )
      }
    })

    test('neither skips nor repeats while newer and older keys are added', async ({ store }) => {
      const records = await storedSeries(store, 6)
      const first = await store.list({ workspaceId: 'ws_acme', at: start, limit: 3 })
      assert.ok(first.nextCursor !== null)
      const newer = testRecord({ id: testKeyId(100), createdAt: start + 100 })
      const older = testRecord({ id: testKeyId(101), createdAt: start - 100 })
      await stored(store, newer, older)
      const rest = await allPages(store, { limit: 3, cursor: first.nextCursor })
      assert.deepEqual(
        [...first.items, ...rest.flat()].map(({ id }) => id),
        [...records.map(({ id }) => id), older.id],
      )
    })

    // Offsets would shift.
    test('goes on behind the last key given out, though that key is no longer stored', async ({ store, need }) => {
      const { purge } = need('purge')
      const records = await storedSeries(store, 6, () => ({ revokedAt: start }))
      const first = await store.list({ workspaceId: 'ws_acme', at: start, limit: 3 })
      assert.ok(first.nextCursor !== null)
      const alive = testRecord({ id: testKeyId(200), createdAt: start - 1 })
      await stored(store, alive)
      await purgeAll(purge, { revokedKeysBefore: start + 1 })
      const rest = await allPages(store, { limit: 3, cursor: first.nextCursor })
      assert.deepEqual(
        rest.flat().map(({ id }) => id),
        [alive.id],
        `of ${records.length} only the new one is left`,
      )
    })

    test('applies the filters to every page', async ({ store }) => {
      await storedSeries(store, 30, (index) => ({ environment: index % 3 === 0 ? 'staging' : 'production' }))
      const listed = (await allPages(store, { limit: 2, environments: ['staging'] })).flat()
      assert.equal(listed.length, 10)
      assert.ok(listed.every(({ environment }) => environment === 'staging'))
    })

    test('gives out cursors that survive a query string unescaped', async ({ store }) => {
      await storedSeries(store, 2)
      const { nextCursor } = await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })
      assert.match(nextCursor ?? '', /^[\w.~-]{1,1024}$/)
    })

    for (const limit of [0, -1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      test(`rejects a limit of ${limit}`, async ({ store }) => {
        await stored(store, testRecord())
        await assert.rejects(async () => store.list({ workspaceId: 'ws_acme', at: start, limit }))
      })
    }

    test('rejects a cursor it did not give out', async ({ store }) => {
      await stored(store, testRecord())
      const forged = [
        '',
        'x',
        '%',
        'null',
        `' or 1=1`,
        'x'.repeat(5_000),
        Buffer.from('["1","2"]').toString('base64url'),
      ]
      for (const cursor of forged) {
        await assert.rejects(
          async () => store.list({ workspaceId: 'ws_acme', at: start, limit: 10, cursor }),
          `cursor ${JSON.stringify(cursor.slice(0, 40))} must not pass for a beginning or an end`,
        )
      }
    })

    test('tells a cursor whose id no database can hold from an outage', async ({ store }) => {
      await stored(store, testRecord())
      const wrong = { code: 'ERR_CLAVIGER_VALIDATION', field: 'cursor' }
      for (const id of ['key000000000000\0', '\ud83d']) {
        const query = { workspaceId: 'ws_acme', limit: 10, cursor: encodeCursor({ at: start, id }) }
        await assert.rejects(async () => store.list({ ...query, at: start }), wrong)
        if (store.activity !== undefined) await assert.rejects(async () => store.activity?.(query), wrong)
        if (store.services !== undefined) await assert.rejects(async () => store.services?.(query), wrong)
      }
    })
  },
}

/** Follows the cursors to the end, or fails when there is none. */
async function allPages(store: KeyStore, query: Partial<KeyQuery>): Promise<(readonly KeyRecord[])[]> {
  const pages: (readonly KeyRecord[])[] = []
  let cursor = query.cursor
  do {
    const { cursor: _, ...rest } = query
    const page = await store.list({
      workspaceId: 'ws_acme',
      at: start,
      limit: 10,
      ...rest,
      ...(cursor === undefined ? {} : { cursor }),
    })
    pages.push(page.items)
    cursor = page.nextCursor ?? undefined
    assert.ok(pages.length < 100, 'the pages must come to an end')
  } while (cursor !== undefined)
  return pages
}
