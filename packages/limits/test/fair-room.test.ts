import { performance } from 'node:perf_hooks'
import { assert, array, integer, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFairRoom } from '../src/fair-room.ts'

const never = (): boolean => false

describe('a fair room', () => {
  test('holds never more than it may, and the newest is always there', () => {
    assert(
      property(integer({ min: 1, max: 40 }), array(tuple(integer({ min: 0, max: 6 }), integer())), (most, steps) => {
        const room = createFairRoom<number>(most, never)
        for (const [tenant, cell] of steps) {
          room.set(`t${tenant}`, `c${cell}`, cell)
          expect(room.size).toBeLessThanOrEqual(most)
          expect(room.get(`t${tenant}`, `c${cell}`)).toBe(cell)
        }
      }),
    )
  })

  test('takes room from those who have more than their share, the oldest first, and from no one else', () => {
    const room = createFairRoom<number>(100, never)
    for (let cell = 0; cell < 10; cell += 1) room.set('small', `c${cell}`, cell)
    for (let cell = 0; cell < 1_000; cell += 1) room.set('large', `c${cell}`, cell)
    for (let cell = 0; cell < 10; cell += 1) expect(room.get('small', `c${cell}`)).toBe(cell)
    expect(room.get('large', 'c999')).toBe(999)
    expect(room.get('large', 'c0')).toBeUndefined()
    expect(room.size).toBeGreaterThan(90)
  })

  test('drops what is over first', () => {
    const room = createFairRoom<number>(4, (cell) => cell < 0)
    for (const [counter, cell] of [-1, -1, 1, 2].entries()) room.set('t', `c${counter}`, cell)
    room.set('t', 'new', 3)
    expect([2, 3].map((counter) => room.get('t', `c${counter}`))).toEqual([1, 2])
    expect(room.size).toBe(3)
  })

  test('makes room in a moment, also where each of very many tenants has one cell', () => {
    const most = 40_000
    const room = createFairRoom<number>(most, never)
    for (let tenant = 0; tenant < most; tenant += 1) room.set(`t${tenant}`, 'c', tenant)
    const startedAt = performance.now()
    for (let tenant = most; tenant < 1.5 * most; tenant += 1) room.set(`t${tenant}`, 'c', tenant)
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    expect(room.get(`t${1.5 * most - 1}`, 'c')).toBe(1.5 * most - 1)
    expect(room.get('t0', 'c')).toBeUndefined()
  })
})
