import { expect, test } from 'vitest'
import { percentile, tableOf } from '../src/table.ts'

test('a table has a line per node, and its columns stand under each other', () => {
  const table = tableOf([
    { name: 'express-1', delaysMs: [0, 0, 0] },
    { name: 'koa', delaysMs: [12, 3, 1_234] },
  ])
  expect(table.split('\n')).toEqual([
    'process            min    median       p99       max',
    'express-1         0 ms      0 ms      0 ms      0 ms',
    'koa               3 ms     12 ms   1234 ms   1234 ms',
  ])
})

test.each([
  [0, 1],
  [50, 50],
  [99, 99],
  [100, 100],
])('percentile %i of 1 to 100 is %i, in any order', (percent, expected) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(values, percent)).toBe(expected)
})

test('the percentile of nothing is no number', () => {
  expect(percentile([], 50)).toBeNaN()
})
