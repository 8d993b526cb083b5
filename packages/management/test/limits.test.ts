import type { Limiter } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { world } from './support/world.ts'

const rule = { requests: 600, per: '1m' } as const

describe('GET /keys/{id}/limits', () => {
  test('shows what a key has left of the limits of the API', async () => {
    const limiter: Limiter = {
      consume: () => expect.unreachable(),
      peek: async () => ({ isAllowed: true, remaining: 12, resetMs: 30_000 }),
    }
    const silent: Limiter = { consume: () => expect.unreachable() }
    const burst = { requests: 50, per: '1h' } as const
    const limits = [
      { limiter, by: 'key', rule: { ...rule, burst } },
      { limiter: silent, by: 'workspace', rule: () => 'unlimited' as const },
    ] as const
    const { send, make, clock } = await world({ limits })
    const { key } = await make()
    const { status, body } = await send({ method: 'GET', path: `/keys/${key.id}/limits` })
    expect(status).toBe(200)
    const resetsAt = new Date(clock.now() + 30_000).toISOString()
    expect(body).toEqual({
      object: 'keyLimits',
      keyId: key.id,
      limits: [
        { name: 'key', by: 'key', requests: 600, per: '1m', burst, remaining: 12, resetsAt, note: null },
        {
          name: 'workspace',
          by: 'workspace',
          requests: null,
          per: null,
          burst: null,
          remaining: null,
          resetsAt: null,
          note: 'Not limited.',
        },
      ],
    })
  })

  test('is empty where there are none', async () => {
    const { send, make } = await world()
    const { key } = await make()
    expect((await send({ method: 'GET', path: `/keys/${key.id}/limits` })).body).toMatchObject({ limits: [] })
  })

  test('wrong limits are refused at start-up', async () => {
    await expect(world({ limits: [{ limiter: {} as Limiter, by: 'key', rule }] })).rejects.toThrow(/limiter/)
  })
})
