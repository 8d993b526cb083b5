import type { KeyQuery, KeyRecord, ServiceAccountRecord } from '@claviger/core/store'
import { testRecord, testServiceAccount } from '@claviger/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listKeys } from '../src/keys.ts'
import { order } from '../src/order.ts'
import { listServices } from '../src/services.ts'
import { type Table, table } from '../src/table.ts'

const workspaceId = 'ws_large'
const first = Date.UTC(2030, 0, 1)

/** A table of so many keys, and how many rows a listing looks at. */
function filled(count: number): { readonly keys: Table<KeyRecord>; rowsFor(query: Partial<KeyQuery>): number } {
  const keys = table<KeyRecord>()
  for (let n = 0; n < count; n += 1) {
    const id = `key${String(n).padStart(13, '0')}`
    keys.set(testRecord({ id, workspaceId, createdAt: first + n, name: `key ${n % 7}` }))
  }
  return {
    keys,
    rowsFor(query) {
      let rows = 0
      const counted: Pick<Table<KeyRecord>, 'newestFirst'> = {
        *newestFirst(workspace, after) {
          for (const row of keys.newestFirst(workspace, after)) {
            rows += 1
            yield row
          }
        },
      }
      listKeys(counted, { workspaceId, at: first, limit: 25, ...query })
      return rows
    },
  }
}

test('a page looks at its own keys, however many there are', () => {
  expect(filled(20_000).rowsFor({})).toBe(26)
})

test('a page among very many of one instant is found in a few steps', () => {
  const looked = { positions: 0 }
  const sut = order()
  for (let n = 0; n < 20_000; n += 1) {
    const id = String(n).padStart(6, '0')
    sut.add({
      at: first,
      get id() {
        looked.positions += 1
        return id
      },
    })
  }
  for (const after of ['000100', '010000', '019900']) {
    looked.positions = 0
    const page: string[] = []
    for (const id of sut.behind({ at: first, id: after })) if (page.push(id) === 26) break
    expect(page[0]).toBe(String(Number(after) + 1).padStart(6, '0'))
    // Two looks at each of its steps, and one at each of its ids.
    expect(looked.positions).toBeLessThan(26 + 2 * 2 * 15)
  }
})

test('an account that is asked for by id is found, however many newer ones there are', () => {
  const accounts = table<ServiceAccountRecord>()
  for (let n = 0; n < 6_000; n += 1) {
    accounts.set(testServiceAccount({ id: `svc_${n}`, workspaceId, createdAt: first + n }))
  }
  const asked = { workspaceId, ids: ['svc_0'], limit: 1 } as const
  expect(listServices(accounts, asked).items.map(({ id }) => id)).toEqual(['svc_0'])
  expect(listServices(accounts, { ...asked, workspaceId: 'ws_other' }).items).toEqual([])
})

test('a filter that matches nothing looks at a bounded number of keys, and goes on from there', () => {
  const { keys, rowsFor } = filled(12_000)
  expect(rowsFor({ search: 'nothing' })).toBeLessThanOrEqual(5_001)
  let pages = 0
  let cursor: string | undefined
  do {
    const page = listKeys(keys, { workspaceId, at: first, limit: 25, search: 'nothing', ...(cursor && { cursor }) })
    expect(page.items).toEqual([])
    cursor = page.nextCursor ?? undefined
    pages += 1
  } while (cursor !== undefined && pages < 10)
  expect(pages).toBe(3)
})

test('a walk over pages finds every match once, in order', () => {
  const { keys } = filled(12_000)
  const found: string[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 200; pages += 1) {
    const page = listKeys(keys, { workspaceId, at: first, limit: 100, search: 'key 3', ...(cursor && { cursor }) })
    found.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
    if (cursor === undefined) break
  }
  const wanted = [...keys.all()].filter(({ name }) => name === 'key 3').map(({ id }) => id)
  expect(found).toEqual(wanted.toReversed())
})

test('an order is newest first, ties by id, whatever comes and goes in which order, in however many parts', () => {
  const position = fc.record({ at: fc.integer({ min: 0, max: 5 }), id: fc.constantFrom('', 'a', 'b', 'c', 'd') })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), position)),
      position,
      fc.constantFrom(1, 2, 3, 99),
      (steps, after, most) => {
        const kept = new Map<string, { at: number; id: string }>()
        const sut = order(most)
        for (const [isAdded, one] of steps) {
          const name = `${one.at}/${one.id}`
          if (isAdded && !kept.has(name)) sut.add(one)
          if (!isAdded) sut.delete(one)
          if (isAdded) kept.set(name, one)
          else kept.delete(name)
        }
        const listed = [...kept.values()].toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
        expect([...sut.behind(undefined)]).toEqual(listed.map(({ id }) => id))
        const rest = listed.filter(({ at, id }) => at < after.at || (at === after.at && id > after.id))
        expect([...sut.behind(after)]).toEqual(rest.map(({ id }) => id))
        const before = listed.filter(({ at, id }) => at > after.at || (at === after.at && id < after.id))
        expect([sut.size, sut.countBefore(after)]).toEqual([listed.length, before.length])
      },
    ),
  )
})
