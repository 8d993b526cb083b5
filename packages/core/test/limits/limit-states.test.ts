import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/errors/errors.ts'
import type { Limiter, LimitResult } from '../../src/limits/limiter.types.ts'
import { limitStates, type LimitDefinition } from '../../src/index.ts'
import { setUp } from '../support/set-up.ts'

const rule = { requests: 600, per: '1m' } as const

function limiterWith(peek: (counter: string) => LimitResult | Promise<LimitResult>): Limiter {
  return { consume: () => expect.unreachable(), peek }
}

describe('the states of limits', () => {
  test('tell what is left for a key, its owner and its workspace, each by a counter of its own', async () => {
    const { keyring, create, clock } = setUp()
    const { key } = await create()
    const counters: string[] = []
    const limiter = limiterWith(async (counter) => {
      counters.push(counter)
      return { isAllowed: true, remaining: 599, resetMs: 30_000 }
    })
    const states = await limitStates(
      keyring,
      (['key', 'owner', 'workspace'] as const).map((by) => ({ limiter, by, rule })),
      key,
    )
    expect(counters).toEqual([
      `acme:key:1m:key:${key.id}`,
      'acme:owner:1m:owner:7:ws_acme:user:ada',
      'acme:workspace:1m:workspace:ws_acme',
    ])
    const resetsAt = new Date(clock.now() + 30_000)
    expect(states[0]).toEqual({
      name: 'key',
      by: 'key',
      requests: 600,
      per: '1m',
      burst: null,
      remaining: 599,
      resetsAt,
      note: null,
    })
  })

  test('tell a burst apart from the rule, and what is left of both together', async () => {
    const { keyring, create, keys } = setUp()
    const { key } = await create()
    const bursty = { ...rule, burst: { requests: 50, per: '1h' } } as const
    const limiter = limiterWith(() => ({ isAllowed: true, remaining: 640, resetMs: 30_000 }))
    const limits = [{ limiter, by: 'key', rule: bursty }] as const
    expect(await limitStates(keyring, limits, key)).toMatchObject([{ ...bursty, remaining: 640 }])
    const { checks } = await keys.diagnose({ id: key.id }, { limits })
    expect(checks.at(-1)?.detail).toContain(': 600 per 1m and 50 per 1h on top, 640 left')
  })

  test('say what is not known: no peek, a limiter that fails, a rule that needs a request, no limit', async () => {
    const { keyring, create } = setUp()
    const { key } = await create()
    const fails = (): never => {
      throw new Error('away')
    }
    const silent: Limiter = { consume: fails }
    const limits: readonly LimitDefinition[] = [
      { limiter: silent, by: 'key', rule },
      { limiter: limiterWith(fails), by: 'key', rule },
      { limiter: silent, by: 'key', rule: fails },
      { limiter: silent, by: 'key', rule: async () => 'unlimited' as const },
    ]
    const states = await limitStates(keyring, limits, key)
    expect(states.map(({ remaining }) => remaining)).toEqual([null, null, null, null])
    expect(states.map(({ note }) => note)).toEqual([
      'The limiter cannot show its state.',
      'The limiter did not answer.',
      'The rule could not be read without a request.',
      'Not limited.',
    ])
  })

  test('do not wait for a limiter that never answers, and show nothing of an invalid answer', async () => {
    const { keyring, create, clock } = setUp()
    const { key } = await create()
    const never = limiterWith(() => new Promise(() => undefined))
    const wrong = limiterWith(() => ({ isAllowed: true, remaining: Number.NaN, resetMs: 1 }))
    const limits = [never, wrong].map((limiter) => ({ limiter, by: 'key', rule }) as const)
    const states = limitStates(keyring, limits, key)
    await clock.advanceAsync(1_000)
    const unread = { requests: 600, remaining: null, resetsAt: null, note: 'The limiter did not answer.' }
    expect(await states).toMatchObject([unread, unread])
  })

  test('are no states of a wrong limit', async () => {
    const { keyring, create } = setUp()
    const { key } = await create()
    const limiter = limiterWith(() => ({ isAllowed: true, remaining: 1, resetMs: 1 }))
    const wrong: readonly unknown[] = [
      { limiter, by: 'ip', rule },
      { limiter, by: 'key', rule: { requests: 0, per: '1m' } },
      { limiter: {}, by: 'key', rule },
      { limiter: { ...limiter, peak: () => 1 }, by: 'key', rule },
      { limiter, by: 'key', rule, nam: 'a' },
      { limiter, by: 'key', rule, name: 'with "quotes"' },
      undefined,
    ]
    for (const limit of wrong) {
      await expect(limitStates(keyring, [limit as LimitDefinition], key)).rejects.toThrow(ConfigurationError)
    }
    await expect(limitStates(keyring, Array(21).fill({ limiter, by: 'key', rule }), key)).rejects.toThrow(/at most 20/)
    await expect(limitStates({ ...keyring }, [], key)).rejects.toThrow(ConfigurationError)
  })
})

describe('diagnose with limits', () => {
  test('shows what is left, and finds the limit that is used up', async () => {
    const { create, keys } = setUp()
    const { key, token } = await create()
    const of = (remaining: number): Limiter =>
      limiterWith(() => ({ isAllowed: remaining > 0, remaining, resetMs: 30_000 }))
    const open = await keys.diagnose(token, { limits: [{ limiter: of(599), by: 'key', rule }] })
    expect(open).toMatchObject({ ok: true, code: 'ok' })
    expect(open.checks.at(-1)).toEqual({
      check: 'limit',
      ok: true,
      detail: 'The limit "key" by key: 600 per 1m, 599 left until 2025-01-01T00:00:30.000Z.',
    })
    const limits = [
      { limiter: of(0), by: 'key', rule },
      { limiter: of(3), by: 'owner', rule },
    ] as const
    const spent = await keys.diagnose({ id: key.id }, { limits })
    expect(spent).toMatchObject({ ok: false, code: 'rate_limited', keyId: key.id })
    expect(spent.checks.slice(-2).map(({ ok }) => ok)).toEqual([true, false])
    expect(spent.fix).toContain('until 2025-01-01T00:00:30.000Z')
  })
})
