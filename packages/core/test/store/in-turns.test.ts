import { expect, test } from 'vitest'
import { mapInTurns } from '../../src/store/in-turns.ts'

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('maps in order, and lets others take turns where it takes long', async () => {
  let turns = 0
  let mapping = true
  const others = (): void => {
    turns += 1
    if (mapping) setImmediate(others)
  }
  setImmediate(others)
  const mapped = await mapInTurns(
    Array.from({ length: 30 }, (_, index) => index),
    (index) => {
      busyFor(2)
      return 2 * index
    },
  )
  mapping = false
  expect(mapped).toEqual(Array.from({ length: 30 }, (_, index) => 2 * index))
  expect(turns).toBeGreaterThanOrEqual(5)
})

test('takes no turn for what is quick', async () => {
  let turned = false
  setImmediate(() => {
    turned = true
  })
  expect(await mapInTurns([1, 2, 3], String)).toEqual(['1', '2', '3'])
  expect(await mapInTurns([], String)).toEqual([])
  expect(turned).toBe(false)
})
