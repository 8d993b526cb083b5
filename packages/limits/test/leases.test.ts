import { setImmediate } from 'node:timers/promises'
import { type Limit, type LimitResult } from '@claviger/core'
import { seededRandom, testClock } from '@claviger/testing'
import { assert, array, asyncProperty, constantFrom, integer } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSharedLimiter, type SharedLimiter } from '../src/shared-limiter.ts'
import { type LimiterEvent, readSharedOptions, type SharedLimiterOptions } from '../src/shared-options.ts'
import { limitOf } from './limits.ts'
import { type ScriptedBackend, scriptedBackend } from './scripted-backend.ts'

const warnings = vi.spyOn(process, 'emitWarning')
beforeEach(() => void warnings.mockReset().mockImplementation(() => {}))
afterEach(() => void warnings.mockReset())

function setUp(options: SharedLimiterOptions = {}) {
  const clock = testClock()
  const backend = scriptedBackend(clock)
  const process = (): SharedLimiter => createSharedLimiter(backend, readSharedOptions('test', { clock, ...options }))
  return { clock, backend, process, limiter: process() }
}

/** The month of a new clock, as counters of quotas name it. */
function testClockMonth(): string {
  return new Date(testClock().now()).toISOString().slice(0, 7)
}

const take = async (limiter: SharedLimiter, limit: Limit, points = 1): Promise<LimitResult> =>
  limiter.consume('a', points, limit, 'ws')

async function acceptedOf(limiters: readonly SharedLimiter[], limit: Limit, requests: number): Promise<number> {
  const results = await Promise.all(
    Array.from({ length: requests }, (_, index) => take(limiters[index % limiters.length] as SharedLimiter, limit)),
  )
  return results.filter(({ isAllowed }) => isAllowed).length
}

describe('a limiter on a shared store', () => {
  test('accepts the whole limit and no more, from one process', async () => {
    const { limiter } = setUp()
    expect(await acceptedOf([limiter], limitOf(600, '1m'), 1_000)).toBe(600)
  })

  test('accepts never more than the limit from three processes, and little less', async () => {
    const { process } = setUp()
    const accepted = await acceptedOf([process(), process(), process()], limitOf(600, '1m'), 3_000)
    expect(accepted).toBeLessThanOrEqual(600)
    expect(accepted).toBeGreaterThanOrEqual(600 * 0.9)
  })

  test('accepts exactly the limit where nothing is taken ahead', async () => {
    const { process } = setUp({ ahead: 0 })
    const limiters = [process(), process(), process()]
    let accepted = 0
    for (let turn = 0; turn < 10; turn += 1) accepted += await acceptedOf(limiters, limitOf(600, '1m'), 100)
    expect(accepted).toBe(600)
  })

  test('asks the store seldom while a busy counter is far from its limit, and answers in the same tick', async () => {
    const { limiter, backend, clock } = setUp()
    const limit = limitOf(100_000, '1h')
    let later = 0
    for (let turn = 0; turn < 10_000; turn += 1) {
      const result = limiter.consume('a', 1, limit, 'ws')
      if ('then' in result) later += 1
      expect((await result).isAllowed).toBe(true)
      clock.advance(1)
    }
    expect(later).toBe(backend.asked)
    expect(backend.asked).toBeLessThan(40)
  })

  test('asks the store no more once nothing is left, until the window ends', async () => {
    const { limiter, backend, clock } = setUp()
    const limit = limitOf(2, '1m')
    for (const _ of [1, 2, 3]) await take(limiter, limit)
    const { asked } = backend
    for (let turn = 0; turn < 50; turn += 1) {
      expect(limiter.consume('a', 1, limit, 'ws')).toMatchObject({ isAllowed: false, remaining: 0 })
    }
    expect(backend.asked).toBe(asked)
    clock.advance(60_000)
    expect(await take(limiter, limit)).toMatchObject({ isAllowed: true })
  })

  test('the window begins with the first request', async () => {
    const { limiter, clock } = setUp()
    const limit = limitOf(2, '1m')
    await take(limiter, limit)
    clock.advance(59_000)
    expect(await take(limiter, limit)).toMatchObject({ isAllowed: true, resetMs: 1_000 })
    expect(await take(limiter, limit)).toMatchObject({ isAllowed: false, resetMs: 1_000 })
    clock.advance(1_000)
    expect(await take(limiter, limit)).toMatchObject({ isAllowed: true, resetMs: 60_000 })
  })

  test('a quota resets exactly at the end of the month in UTC, also what was taken ahead', async () => {
    const { clock, process } = setUp()
    clock.advance(Date.parse('2025-01-31T23:59:58Z') - clock.now())
    const limiter = process()
    const quota = limitOf(100, 'month')
    expect(await acceptedOf([limiter], quota, 150)).toBe(100)
    clock.advance(1_999)
    expect((await take(limiter, quota)).isAllowed).toBe(false)
    clock.advance(1)
    expect(await acceptedOf([limiter], quota, 150)).toBe(100)
  })

  test('a quota resets exactly also on a store that keeps counters for longer than asked', async () => {
    const { clock, backend } = setUp()
    clock.advance(Date.parse('2025-01-31T23:59:58Z') - clock.now())
    const slow = {
      ...backend,
      add: (name: string, points: number, ms: number) => backend.add(name, points, ms + 5_000),
    }
    const limiter = createSharedLimiter(slow, readSharedOptions('test', { clock }))
    const quota = limitOf(100, 'month')
    expect(await acceptedOf([limiter], quota, 150)).toBe(100)
    clock.advance(2_000)
    expect(await acceptedOf([limiter], quota, 150)).toBe(100)
  })

  test('what costs more than is left takes nothing', async () => {
    const { limiter } = setUp()
    const limit = limitOf(10, '1m')
    expect(await take(limiter, limit, 7)).toMatchObject({ isAllowed: true, remaining: 3 })
    expect(await take(limiter, limit, 5)).toMatchObject({ isAllowed: false, remaining: 3 })
    expect(await take(limiter, limit, 3)).toMatchObject({ isAllowed: true, remaining: 0 })
  })

  test('gives back what was taken to this process, and nothing into another window', async () => {
    const { limiter, clock } = setUp()
    const limit = limitOf(1, '1m')
    limiter.giveBack(await take(limiter, limit), 1)
    const taken = await take(limiter, limit)
    expect(taken.isAllowed).toBe(true)
    clock.advance(60_000)
    expect((await take(limiter, limit)).isAllowed).toBe(true)
    limiter.giveBack(taken, 1)
    expect((await take(limiter, limit)).isAllowed).toBe(false)
  })

  test('a lower limit holds at once for what was taken ahead under a higher one', async () => {
    const { limiter } = setUp({ ahead: 0.5 })
    for (let turn = 0; turn < 50; turn += 1) await take(limiter, limitOf(1_000, '1m'))
    expect((await take(limiter, limitOf(10, '1m'))).isAllowed).toBe(false)
  })

  test('a burst is allowed on top, and its state is shown', async () => {
    const { limiter, clock } = setUp()
    const limit = limitOf(2, '1s', { requests: 3, per: '1m', windowMs: 60_000 })
    expect(await limiter.peek('a', limit, 'ws')).toMatchObject({ remaining: 5 })
    expect(await acceptedOf([limiter], limit, 9)).toBe(5)
    clock.advance(1_000)
    expect(await acceptedOf([limiter], limit, 9)).toBe(2)
    expect(await limiter.peek('a', limit, 'ws')).toMatchObject({ isAllowed: false, remaining: 0 })
  })

  test.each([
    ['a burst', limitOf(1, '1m', limitOf(1, '1h')), 'ws:burst'],
    ['a quota of the month', limitOf(2, 'month'), `ws:${testClockMonth()}`],
  ])('shares nothing with a counter whose name ends like that of %s', async (_, limit, other) => {
    const { limiter } = setUp()
    for (let request = 0; request < 2; request += 1) {
      expect((await limiter.consume('ws', 1, limit, 'ws')).isAllowed).toBe(true)
    }
    expect((await limiter.consume('ws', 1, limit, 'ws')).isAllowed).toBe(false)
    expect((await limiter.consume(other, 1, limitOf(1, '1h'), other)).isAllowed).toBe(true)
  })

  test('never accepts more than the limit in one window, whatever comes when', async () => {
    await assert(
      asyncProperty(
        integer({ min: 1, max: 40 }),
        constantFrom(0, 0.05, 0.5),
        array(integer({ min: 0, max: 3 }), { maxLength: 60 }),
        integer(),
        async (requests, ahead, steps, seed) => {
          const { process, clock } = setUp({ ahead })
          const limiters = [process(), process()]
          const random = seededRandom(seed)
          const start = clock.monotonic()
          let accepted = 0
          for (const step of steps) {
            if (clock.monotonic() - start > 50_000) break
            clock.advance(step * 300)
            const limiter = limiters[(random(1)[0] ?? 0) % 2] as SharedLimiter
            const cost = 1 + (step % 2)
            const result = await limiter.consume('a', Math.min(cost, requests), limitOf(requests, '1m'), 'ws')
            if (!result.isAllowed) continue
            if (step === 3) limiter.giveBack(result, Math.min(cost, requests))
            else accepted += Math.min(cost, requests)
          }
          expect(accepted).toBeLessThanOrEqual(requests)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('while the store is away', () => {
  async function away(mode: ScriptedBackend['mode'], options: SharedLimiterOptions = {}) {
    const events: LimiterEvent[] = []
    const parts = setUp({ ...options, onEvent: (event) => events.push(event) })
    const limit = limitOf(10, '1m')
    for (let turn = 0; turn < 4; turn += 1) await take(parts.limiter, limit)
    parts.backend.mode = mode
    return { ...parts, limit, events }
  }
  const asking = async (
    { clock }: ReturnType<typeof setUp>,
    limiter: SharedLimiter,
    limit: Limit,
  ): Promise<boolean> => {
    const result = take(limiter, limit)
    for (let turn = 0; turn < 3; turn += 1) await setImmediate()
    await clock.advanceAsync(250)
    return (await result).isAllowed
  }

  test.each(['fails', 'hangs'] as const)(
    'when it %s, limits are decided from what it counted before, and it is told',
    async (mode) => {
      const parts = await away(mode)
      const { limiter, limit, events } = parts
      const first = await asking(parts, limiter, limit)
      const rest = Array.from({ length: 9 }, () => limiter.consume('a', 1, limit, 'ws') as LimitResult)
      expect([first, ...rest.map(({ isAllowed }) => isAllowed)].filter(Boolean)).toHaveLength(6)
      expect(events.map(({ type }) => type)).toEqual(['limiter.away'])
      expect(warnings).toHaveBeenCalledTimes(1)
    },
  )

  test('a store that hangs holds up one round of requests for the time limit, and no later ones', async () => {
    const { limiter, clock, backend } = await away('hangs')
    const counters = Array.from({ length: 20 }, (_, index) => limiter.consume(`c${index}`, 1, limitOf(5, '1m'), 'ws'))
    await clock.advanceAsync(250)
    expect((await Promise.all(counters.map(async (each) => each))).every(({ isAllowed }) => isAllowed)).toBe(true)
    const { asked } = backend
    expect(limiter.consume('another', 1, limitOf(5, '1m'), 'ws')).toMatchObject({ isAllowed: true })
    expect(backend.asked).toBe(asked)
  })

  test('it is asked again every now and then, and told what was taken meanwhile', async () => {
    const parts = await away('fails')
    const { limiter, limit, backend, clock, events } = parts
    for (let turn = 0; turn < 3; turn += 1) await asking(parts, limiter, limit)
    backend.mode = 'answers'
    await clock.advanceAsync(1_100)
    expect(events.map(({ type }) => type)).toEqual(['limiter.away', 'limiter.back'])
    expect((await take(limiter, limit)).isAllowed).toBe(true)
    expect(backend.sumOf('a')).toBeGreaterThanOrEqual(8)
  })

  test('each of several processes allows its part', async () => {
    const parts = await away('fails', { processes: 3 })
    const fresh = limitOf(9, '1h')
    const first = await asking(parts, parts.limiter, fresh)
    const rest = Array.from({ length: 8 }, () => parts.limiter.consume('a', 1, fresh, 'ws') as LimitResult)
    expect([first, ...rest.map(({ isAllowed }) => isAllowed)].filter(Boolean)).toHaveLength(3)
  })

  test('a store that lost its data begins again, and nothing fails', async () => {
    const { limiter, limit, backend } = await away('answers')
    backend.flush()
    expect(await acceptedOf([limiter], limit, 20)).toBeGreaterThanOrEqual(6)
  })

  test('what onEvent throws stops nothing', async () => {
    const parts = setUp({
      onEvent() {
        throw new Error('the host is at fault')
      },
    })
    parts.backend.mode = 'fails'
    expect(await asking(parts, parts.limiter, limitOf(5, '1m'))).toBe(true)
  })
})
