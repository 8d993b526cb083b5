import { type KeyStore, mostWrites, type ServiceAccountQuery } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testServiceAccount } from '../records.ts'
import { committed, insertAccount, itemsFrom, manyOfOneInstant, start } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

type Read = NonNullable<KeyStore['services']>

/** Service accounts, as the console lists them and the verifier asks for one. */
export const services: ContractGroup = {
  title: 'service accounts',
  define(test) {
    test('lists accounts newest first, ties by id, without the deleted ones unless asked', async ({ store, need }) => {
      const { services } = need('services')
      await committed(
        store,
        insertAccount(testServiceAccount({ id: 'old', createdAt: start - 1 })),
        insertAccount(testServiceAccount({ id: 'tie-b', createdAt: start })),
        insertAccount(testServiceAccount({ id: 'tie-a', createdAt: start })),
        insertAccount(testServiceAccount({ id: 'gone', createdAt: start, deletedAt: start + 1 })),
        insertAccount(testServiceAccount({ id: 'new', createdAt: start + 1 })),
      )
      assert.deepEqual(await listed(services), ['new', 'tie-a', 'tie-b', 'old'])
      assert.deepEqual(await listed(services, { includeDeleted: false }), ['new', 'tie-a', 'tie-b', 'old'])
      assert.deepEqual(await listed(services, { includeDeleted: true }), ['new', 'gone', 'tie-a', 'tie-b', 'old'])
    })

    test('gives only the accounts whose ids are asked for, and none for an empty list', async ({ store, need }) => {
      const { services } = need('services')
      const accounts = ['a', 'A', 'b', 'c', `o'b:*%\u{1f511}`].map((id) => testServiceAccount({ id }))
      await committed(store, ...accounts.map(insertAccount))
      assert.deepEqual(await listed(services, { ids: ['a'] }), ['a'])
      assert.deepEqual(await listed(services, { ids: [`o'b:*%\u{1f511}`] }), [`o'b:*%\u{1f511}`])
      assert.deepEqual(await listed(services, { ids: ['c', 'b', 'missing'] }), ['b', 'c'])
      assert.deepEqual(await listed(services, { ids: [] }), [])
    })

    // The verifier must learn that the account is gone, and gets no answer otherwise.
    test('gives a deleted account by its id only when deleted ones are asked for', async ({ store, need }) => {
      const { services } = need('services')
      const account = testServiceAccount({ deletedAt: start + 1 })
      await committed(store, insertAccount(account))
      assert.deepEqual(await listed(services, { ids: [account.id] }), [])
      assert.deepEqual(await listed(services, { ids: [account.id], includeDeleted: true }), [account.id])
    })

    test('gives every account once, in order, in pages', async ({ store, need }) => {
      const { services } = need('services')
      const accounts = Array.from({ length: 11 }, (_, index) =>
        testServiceAccount({ id: `svc_${String(index).padStart(2, '0')}` }),
      )
      await committed(store, ...accounts.map(insertAccount))
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await services({ workspaceId: 'ws_acme', limit: 3, ...(cursor === undefined ? {} : { cursor }) })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor ?? undefined
        assert.ok(seen.length <= accounts.length, 'the pages must come to an end')
      } while (cursor !== undefined)
      assert.deepEqual(
        seen,
        accounts.map(({ id }) => id),
      )
    })

    test('gives every account among very many of one instant', async ({ store, need }) => {
      const { services } = need('services')
      const accounts = Array.from({ length: manyOfOneInstant + 2 }, (_, index) =>
        testServiceAccount({
          id: `svc_${String(index).padStart(4, '0')}`,
          createdAt: index === 0 ? start + 1 : index > manyOfOneInstant ? start - 1 : start,
        }),
      )
      for (let from = 0; from < accounts.length; from += mostWrites) {
        await committed(store, ...accounts.slice(from, from + mostWrites).map(insertAccount))
      }
      const ids = accounts.map(({ id }) => id)
      assert.deepEqual(await listed(services), ids)
      assert.deepEqual(await listed(services, { ids: ids.toReversed(), limit: 40 }), ids)
    })

    for (const limit of [0, 101, Number.NaN]) {
      test(`rejects a limit of ${limit}`, async ({ need }) => {
        const { services } = need('services')
        await assert.rejects(async () => services({ workspaceId: 'ws_acme', limit }))
      })
    }

    test('rejects a cursor it did not give out', async ({ need }) => {
      const { services } = need('services')
      for (const cursor of ['', 'x', `' or 1=1`]) {
        await assert.rejects(async () => services({ workspaceId: 'ws_acme', limit: 10, cursor }))
      }
    })
  },
}

async function listed(read: Read, query: Partial<ServiceAccountQuery> = {}): Promise<readonly string[]> {
  const items = await itemsFrom((cursor) => read({ workspaceId: 'ws_acme', limit: 100, ...query, ...cursor }))
  return items.map(({ id }) => id)
}
