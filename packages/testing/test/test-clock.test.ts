import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'

const midnight = Date.UTC(2025, 0, 1)

describe('testClock', () => {
  test('stands still at 2025-01-01T00:00:00Z, or where it is told to', () => {
    const clock = testClock()
    expect([clock.now(), clock.now()]).toEqual([midnight, midnight])
    expect(testClock(7).now()).toBe(7)
  })

  test('moves both clocks, and only the wall clock when told to', () => {
    const clock = testClock()
    const before = clock.monotonic()
    clock.advance(1_500)
    expect([clock.now(), clock.monotonic()]).toEqual([midnight + 1_500, before + 1_500])
    clock.jumpWall(-3_600_000)
    expect([clock.now(), clock.monotonic()]).toEqual([midnight + 1_500 - 3_600_000, before + 1_500])
  })

  test('loses no millisecond to timers that are due at fractions of one', () => {
    const clock = testClock()
    const again = (): void => void clock.schedule(1_000 / 3, again)
    again()
    for (let second = 1; second <= 100; second += 1) {
      clock.advance(1_000)
      expect(clock.now()).toBe(midnight + second * 1_000)
    }
  })

  test('runs timers in the order they are due, each at its own instant', () => {
    const clock = testClock(0)
    const ran: [string, number][] = []
    const note = (name: string) => () => void ran.push([name, clock.now()])
    clock.schedule(30, note('c'))
    clock.schedule(10, note('a'))
    clock.schedule(10, note('b'))
    clock.schedule(31, note('not yet'))
    clock.advance(30)
    expect(ran).toEqual([
      ['a', 10],
      ['b', 10],
      ['c', 30],
    ])
    expect(clock.now()).toBe(30)
    expect(clock.pending()).toBe(1)
  })

  test('runs timers that timers start, if they fall due in time', () => {
    const clock = testClock(0)
    const ran: number[] = []
    const poll = (): void => {
      ran.push(clock.now())
      clock.schedule(1_000, poll)
    }
    clock.schedule(1_000, poll)
    clock.advance(3_500)
    expect(ran).toEqual([1_000, 2_000, 3_000])
    clock.advance(500)
    expect(ran).toEqual([1_000, 2_000, 3_000, 4_000])
  })

  test('does not run a timer that was cancelled, not even by the timer before it', () => {
    const clock = testClock()
    const ran: string[] = []
    const cancelFirst = clock.schedule(1, () => void ran.push('cancelled at once'))
    clock.schedule(2, () => cancelSecond())
    const cancelSecond = clock.schedule(2, () => void ran.push('cancelled on the way'))
    cancelFirst()
    cancelFirst()
    clock.advance(10)
    expect(ran).toEqual([])
    expect(clock.pending()).toBe(0)
  })

  test('runs no timer because the wall clock jumped', () => {
    const clock = testClock()
    clock.schedule(10, () => expect.unreachable())
    clock.jumpWall(1_000)
    expect(clock.pending()).toBe(1)
  })

  test('runs what is due now when it advances by nothing', () => {
    const clock = testClock()
    let ran = 0
    clock.schedule(0, () => void ran++)
    clock.schedule(-5, () => void ran++)
    expect(ran).toBe(0)
    clock.advance(0)
    expect(ran).toBe(2)
  })

  test.each([-1, Number.NaN])('refuses to advance by %s', async (ms) => {
    const clock = testClock()
    expect(() => clock.advance(ms)).toThrow(RangeError)
    await expect(clock.advanceAsync(ms)).rejects.toThrow(RangeError)
  })

  test('lets promises settle between timers when it advances asynchronously', async () => {
    const clock = testClock(0)
    const done: number[] = []
    const poll = async (): Promise<void> => {
      await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      done.push(clock.now())
      clock.schedule(1_000, () => void poll())
    }
    void poll()
    await clock.advanceAsync(2_500)
    expect(done).toEqual([0, 1_000, 2_000])
    expect(clock.now()).toBe(2_500)
  })
})
