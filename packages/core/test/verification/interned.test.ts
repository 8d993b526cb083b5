import { expect, test } from 'vitest'
import { createShared } from '../../src/verification/interned.ts'

test('equal names share a value, different names never, and a full table starts again', () => {
  const shared = createShared<{ readonly name: string }>(3)
  const get = (name: string): { readonly name: string } => shared(name, () => ({ name }))
  const first = get('0')
  expect(get('0')).toBe(first)
  for (let index = 0; index < 100; index += 1) expect(get(String(index)).name).toBe(String(index))
  expect(get('0')).not.toBe(first)
  expect(get('0')).toEqual(first)
})

test('what has a long name is not kept', () => {
  const shared = createShared<object>(3)
  const [short, long] = ['x'.repeat(1_000), 'x'.repeat(1_001)]
  expect(shared(short, () => ({}))).toBe(shared(short, () => ({})))
  expect(shared(long, () => ({}))).not.toBe(shared(long, () => ({})))
})
