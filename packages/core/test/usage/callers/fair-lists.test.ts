import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFairLists } from '../../../src/usage/callers/fair-lists.ts'

test('a list that is full forgets the list renewed longest ago, of the tenant that holds the most', () => {
  const forgotten: string[] = []
  const lists = createFairLists<string>(4, (item) => void forgotten.push(item))
  lists.add('large', 'a', 'a1')
  lists.add('large', 'b', 'b1')
  lists.add('large', 'c', 'c1')
  lists.add('small', 'd', 'd1')
  lists.renew('large', 'a')
  lists.add('small', 'e', 'e1')
  expect(forgotten).toEqual(['b1'])
  expect([lists.of('large', 'a'), lists.of('large', 'b'), lists.of('small', 'e')]).toEqual([['a1'], undefined, ['e1']])
  lists.renew('nobody', 'x')
  expect(lists.of('nobody', 'x')).toBeUndefined()
})

test('a tenant that adds without end leaves another its share', () => {
  const lists = createFairLists<number>(100, () => {})
  for (let index = 0; index < 40; index += 1) lists.add('small', `s${index}`, index)
  for (let index = 0; index < 10_000; index += 1) lists.add('large', `l${index}`, index)
  expect(Array.from({ length: 40 }, (_, index) => lists.of('small', `s${index}`))).not.toContain(undefined)
  expect(lists.size).toBe(100)
})

test('there are never more items than there is room for, each is held or was forgotten once, and the newest is held', () => {
  const added = fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(5))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(added, { maxLength: 60 }), (most, adds) => {
      const forgotten = new Set<object>()
      const lists = createFairLists<object>(most, (item) => {
        expect(forgotten.has(item)).toBe(false)
        forgotten.add(item)
      })
      const items = adds.map(([tenant, key]) => {
        const item = { tenant, key: String(key) }
        lists.add(tenant, item.key, item)
        expect(lists.of(tenant, item.key)).toContain(item)
        expect(lists.size).toBeLessThanOrEqual(most)
        return item
      })
      const held = items.filter((item) => lists.of(item.tenant, item.key)?.includes(item))
      expect(held.length).toBe(lists.size)
      expect(held.length + forgotten.size).toBe(items.length)
    }),
  )
})
