import { ConfigurationError, type Limiter } from '@claviger/core'
import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { limitActors, memoryLimiter } from '../src/index.ts'

const rule = { requests: 2, per: '1m' } as const
const actor = (id: string, workspaceId = 'ws') => ({ actor: { type: 'user', id, workspaceId } })

describe('limitActors', () => {
  test('limits each actor in each workspace by itself, and says when to come back', () => {
    const clock = testClock()
    const limit = limitActors({ limiter: memoryLimiter({ clock }), rule })
    expect([limit(actor('ada')), limit(actor('ada'))]).toEqual([true, true])
    clock.advance(30_500)
    expect(limit(actor('ada'))).toEqual({ retryAfterSeconds: 30 })
    expect(limit(actor('bob'))).toBe(true)
    expect(limit(actor('ada', 'other'))).toBe(true)
  })

  test('a limiter that fails limits nothing', async () => {
    const failing: readonly Limiter[] = [
      { consume: () => Promise.reject(new Error('away')) },
      {
        consume() {
          throw new Error('broken')
        },
      },
    ]
    for (const limiter of failing) expect(await limitActors({ limiter, rule })(actor('ada'))).toBe(true)
  })

  test.each([
    [undefined],
    [{ rule }],
    [{ limiter: memoryLimiter(), rule: { requests: 0, per: '1m' } }],
    [{ limiter: memoryLimiter(), rule, name: 'a b' }],
    [{ limiter: memoryLimiter(), rule, by: 'key' }],
  ])('refuses wrong options when it is made', (options) => {
    expect(() => limitActors(options as never)).toThrow(ConfigurationError)
  })
})
