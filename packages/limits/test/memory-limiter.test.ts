import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { memoryLimiter } from '../src/index.ts'
import { limitOf } from './limits.ts'

const minute = limitOf(3, '1m')

describe('memoryLimiter', () => {
  test('allows what the rule allows, in a window that begins with its first request', () => {
    const clock = testClock()
    const limiter = memoryLimiter({ clock })
    clock.advance(12_345)
    const take = () => limiter.consume('a', 1, minute, 'ws')
    expect(take()).toMatchObject({ isAllowed: true, remaining: 2, resetMs: 60_000 })
    clock.advance(59_000)
    expect(take()).toMatchObject({ isAllowed: true, remaining: 1, resetMs: 1_000 })
    expect(take()).toMatchObject({ isAllowed: true, remaining: 0 })
    expect(take()).toMatchObject({ isAllowed: false, remaining: 0, resetMs: 1_000 })
    clock.advance(1_000)
    expect(take()).toMatchObject({ isAllowed: true, remaining: 2, resetMs: 60_000 })
  })

  test('takes the points of a request, all or none', () => {
    const limiter = memoryLimiter({ clock: testClock() })
    expect(limiter.consume('a', 2, minute, 'ws')).toMatchObject({ isAllowed: true, remaining: 1 })
    expect(limiter.consume('a', 2, minute, 'ws')).toMatchObject({ isAllowed: false, remaining: 1 })
    expect(limiter.consume('a', 1, minute, 'ws')).toMatchObject({ isAllowed: true, remaining: 0 })
  })

  test.each([
    ['month', '2026-01-31T23:59:59.000Z', 1_000],
    ['month', '2026-12-31T23:59:59.999Z', 1],
    ['month', '2028-02-28T00:00:00.000Z', 2 * 86_400_000],
    ['day', '2026-03-29T00:30:00.000Z', 23.5 * 3_600_000],
  ] as const)('a quota per %s that begins at %s ends exactly with its period in UTC', (per, start, leftMs) => {
    const clock = testClock(Date.parse(start))
    const limiter = memoryLimiter({ clock })
    const quota = limitOf(1, per)
    expect(limiter.consume('a', 1, quota, 'ws')).toMatchObject({ isAllowed: true, resetMs: leftMs })
    clock.advance(leftMs - 1)
    expect(limiter.consume('a', 1, quota, 'ws')).toMatchObject({ isAllowed: false, resetMs: 1 })
    clock.advance(1)
    expect(limiter.consume('a', 1, quota, 'ws')).toMatchObject({ isAllowed: true })
  })

  test('allows a burst on top, in a longer window of its own', () => {
    const clock = testClock()
    const limiter = memoryLimiter({ clock })
    const bursty = limitOf(1, '1s', { requests: 2, per: '1m', windowMs: 60_000 })
    const allowed = (): boolean[] => Array.from({ length: 4 }, () => limiter.consume('a', 1, bursty, 'ws').isAllowed)
    expect(allowed()).toEqual([true, true, true, false])
    clock.advance(1_000)
    expect(allowed()).toEqual([true, false, false, false])
    clock.advance(60_000)
    expect(allowed()).toEqual([true, true, true, false])
  })

  test('gives back what was taken, and nothing into another window', () => {
    const clock = testClock()
    const limiter = memoryLimiter({ clock })
    const one = limitOf(1, '1m')
    const taken = limiter.consume('a', 1, one, 'ws')
    limiter.giveBack(taken, 1)
    const again = limiter.consume('a', 1, one, 'ws')
    expect(again.isAllowed).toBe(true)
    clock.advance(60_000)
    expect(limiter.consume('a', 1, one, 'ws').isAllowed).toBe(true)
    limiter.giveBack(again, 1)
    expect(limiter.consume('a', 1, one, 'ws').isAllowed).toBe(false)
  })

  test('shows its state without taking anything', () => {
    const limiter = memoryLimiter({ clock: testClock() })
    expect(limiter.peek('a', minute, 'ws')).toEqual({ isAllowed: true, remaining: 3, resetMs: 0 })
    limiter.consume('a', 3, minute, 'ws')
    for (const _ of [1, 2]) expect(limiter.peek('a', minute, 'ws')).toMatchObject({ isAllowed: false, remaining: 0 })
  })

  test('keeps a bounded number of counters, and a tenant with many takes no room of others', () => {
    const limiter = memoryLimiter({ clock: testClock(), maxCounters: 100 })
    limiter.consume('quiet', 1, minute, 'small')
    for (let index = 0; index < 10_000; index += 1) limiter.consume(`many${index}`, 1, minute, 'large')
    expect(limiter.peek('quiet', minute, 'small').remaining).toBe(2)
    expect(limiter.peek('many9999', minute, 'large').remaining).toBe(2)
    expect(limiter.peek('many0', minute, 'large').remaining).toBe(3)
  })
})
