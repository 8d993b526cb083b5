import type { LimitedKey } from '@claviger/core'
import { gate, testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { type PlannedRule, planRules, type PlanRulesOptions } from '../src/index.ts'

const free = { requests: 60, per: '1m' } as const
const paid = { requests: 6_000, per: '1m' } as const

function keyOf(workspaceId: string, ownerId = 'ada'): LimitedKey {
  const owner = { type: 'user', id: ownerId } as const
  return { id: 'k', workspaceId, owner, name: 'n', environment: 'production', metadata: { plan: 'paid' } }
}

function setUp(options: Partial<PlanRulesOptions> = {}) {
  const clock = testClock()
  const plans = new Map<string, PlannedRule>()
  const state = { loads: 0, fails: false }
  const rules = planRules({
    async load({ workspaceId }) {
      state.loads += 1
      if (state.fails) throw new Error('the database is away')
      return plans.get(workspaceId) ?? free
    },
    fallback: free,
    clock,
    ...options,
  })
  return { clock, plans, state, rules }
}

describe('planRules', () => {
  test('reads a plan once for all requests of a workspace, then answers in the same tick', async () => {
    const { rules, plans, state } = setUp()
    plans.set('ws_a', paid)
    const both = [rules(keyOf('ws_a')), rules(keyOf('ws_a', 'bob'))]
    expect(await Promise.all(both.map(async (each) => each))).toEqual([paid, paid])
    expect(rules(keyOf('ws_a'))).toEqual(paid)
    expect(state.loads).toBe(1)
    expect(await rules(keyOf('ws_b'))).toEqual(free)
  })

  test('reads again in the background once an answer is old', async () => {
    const { rules, plans, clock, state } = setUp()
    await rules(keyOf('ws_a'))
    plans.set('ws_a', paid)
    clock.advance(10_000)
    expect(rules(keyOf('ws_a'))).toEqual(free)
    await clock.advanceAsync(0)
    expect(rules(keyOf('ws_a'))).toEqual(paid)
    expect(state.loads).toBe(2)
  })

  test('a plan that changed holds from the next request on', async () => {
    const { rules, plans } = setUp()
    await rules(keyOf('ws_a'))
    plans.set('ws_a', paid)
    rules.changed('ws_a')
    expect(await rules(keyOf('ws_a'))).toEqual(paid)
  })

  test('what was read before a change is not kept', async () => {
    const hold = gate()
    const answers = [free, paid]
    const rules = planRules({
      async load() {
        const answer = answers.shift() ?? paid
        if (answer === free) await hold.wait()
        return answer
      },
      fallback: free,
      clock: testClock(),
    })
    const early = rules(keyOf('ws_a'))
    rules.changed('ws_a')
    hold.open()
    await early
    expect(await rules(keyOf('ws_a'))).toEqual(paid)
  })

  test('when load fails or hangs, the last answer holds, else the fallback, and no request waits twice', async () => {
    const errors: unknown[] = []
    const { rules, plans, state, clock } = setUp({ onError: (error) => errors.push(error) })
    plans.set('ws_a', paid)
    await rules(keyOf('ws_a'))
    state.fails = true
    clock.advance(10_000)
    for (const _ of [1, 2]) expect(rules(keyOf('ws_a'))).toEqual(paid)
    expect(await rules(keyOf('ws_b'))).toEqual(free)
    expect(rules(keyOf('ws_b'))).toEqual(free)
    expect(errors).toHaveLength(2)

    const slow = planRules({ load: () => new Promise(() => {}), fallback: paid, clock })
    const waiting = slow(keyOf('ws_a'))
    await clock.advanceAsync(1_000)
    expect(await waiting).toEqual(paid)
  })

  test('may be of owners', async () => {
    const clock = testClock()
    const rules = planRules({
      of: 'owner',
      load: ({ owner }) => (owner.id === 'ada' ? paid : 'unlimited'),
      fallback: free,
      clock,
    })
    expect(await rules(keyOf('ws_a'))).toEqual(paid)
    expect(await rules(keyOf('ws_a', 'bob'))).toBe('unlimited')
  })

  test.each([
    [undefined, /fallback|load|options/],
    [{ load: () => free }, /fallback/],
    [{ fallback: free }, /load/],
    [{ load: () => free, fallback: free, of: 'key' }, /of/],
    [{ load: () => free, fallback: free, maxAge: 1 }, /maxAge/],
  ])('refuses %j when it is made', (options, message) => {
    expect(() => planRules(options as never)).toThrow(message)
  })
})
