import { describe, expect, test } from 'vitest'
import type { Door } from '../../src/door.types.ts'
import { ConfigurationError } from '../../src/errors/errors.ts'
import { createDecider, type FetchRequest, type RequestDecision } from '../../src/http/decider.ts'
import type { HttpRequest } from '../../src/http/request.ts'
import type { Limiter, LimitRule } from '../../src/limits/limiter.types.ts'
import type { ApiKey } from '../../src/verification/verification.ts'
import { withDoor } from '../support/door.ts'
import { keyringWithKey, requestWith } from './keyring.ts'

const { keyring, token } = await keyringWithKey()
const bearer = `Bearer ${token}`
const minute: LimitRule = { requests: 2, per: '1m' }

/** Counts in one window that never ends. */
function counting(taken = new Map<string, number>()): Limiter {
  return {
    consume(counter, points, { requests }) {
      const before = taken.get(counter) ?? 0
      const isAllowed = before + points <= requests
      if (isAllowed) taken.set(counter, before + points)
      return { isAllowed, remaining: requests - (taken.get(counter) ?? 0), resetMs: 60_000 }
    },
    giveBack: () => expect.unreachable('a decider asks its limits last'),
  }
}

function later(limiter: Limiter): Limiter {
  return { consume: async (...asked) => limiter.consume(...asked) }
}

const requestsOf: readonly [kind: string, make: (authorization?: string) => HttpRequest | FetchRequest][] = [
  ['Node', (authorization) => requestWith(authorization)],
  [
    'the Fetch API',
    (authorization) =>
      new Request('https://api.example.com/v1/docs', {
        headers: authorization === undefined ? {} : { authorization },
      }),
  ],
]

const headersOf = ({ headers }: RequestDecision<ApiKey | undefined>): Readonly<Record<string, string>> => headers

describe.each(requestsOf)('a decider with a limit, on requests of %s,', (_, make) => {
  test.each([
    ['in the same tick', counting()],
    ['later', later(counting())],
  ])(
    'tells what is left, then answers 429 with when to come back, with a limiter that answers %s',
    async (_how, limiter) => {
      const decide = createDecider(keyring, { limit: { limiter, by: 'key', rule: minute } })
      for (const left of [1, 0]) {
        const decision = await decide(make(bearer))
        expect(decision.ok).toBe(true)
        expect(headersOf(decision)).toEqual({
          Vary: 'Authorization, X-API-Key',
          'RateLimit-Policy': '"key";q=2;w=60',
          RateLimit: `"key";r=${left};t=60`,
        })
      }
      const refused = await decide(make(bearer))
      if (refused.ok) throw new Error('It was accepted')
      expect(refused.status).toBe(429)
      expect(refused.headers).toMatchObject({
        'Retry-After': '60',
        'RateLimit-Policy': '"key";q=2;w=60',
        RateLimit: '"key";r=0;t=60',
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Content-Length': String(Buffer.byteLength(refused.body)),
      })
      expect(JSON.parse(refused.body)).toMatchObject({ code: 'rate_limited', status: 429 })
    },
  )

  test('takes nothing for what is refused otherwise', async () => {
    const taken = new Map<string, number>()
    const decide = createDecider(keyring, {
      permissions: ['docs:write'],
      limit: { limiter: counting(taken), by: 'key', rule: minute },
    })
    expect(await decide(make(bearer))).toMatchObject({ status: 403 })
    expect(await decide(make())).toMatchObject({ status: 401 })
    expect([...taken]).toEqual([])
  })

  test('gives the rule and the cost the request', async () => {
    const seen: unknown[] = []
    const decide = createDecider(keyring, {
      limit: {
        limiter: counting(),
        by: 'key',
        rule: async ({ name }, { method }) => {
          seen.push([name, method])
          return minute
        },
        cost: (_key, { url = '' }) => url.length,
      },
    })
    const length = (make(bearer).url ?? '').length
    expect(await decide(make(bearer))).toMatchObject(length > 2 ? { status: 429 } : { ok: true })
    expect(seen).toEqual([['test', 'GET']])
  })

  test('limits failures by clientAddress, before any work, whatever is sent then', async () => {
    let checked = 0
    const counted = withDoor(keyring, {
      check: () => {
        checked += 1
        return { ok: false, code: 'invalid_key' }
      },
    })
    const clients = new WeakMap<object, string>()
    const ask = async (client: string, authorization: string): Promise<number> => {
      const request = make(authorization)
      clients.set(request, client)
      const decision = await decide(request)
      return decision.ok ? 200 : decision.status
    }
    const decide = createDecider(counted, {
      clientAddress: (request) => clients.get(request),
      limitFailures: { limiter: counting(), rule: minute },
    })
    const statuses: number[] = []
    for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) statuses.push(await ask(client, bearer))
    expect(statuses).toEqual([401, 401, 429, 401])
    expect(checked).toBe(3)
  })
})

describe('a decider', () => {
  test('with several limits tells the tightest', async () => {
    const taken = new Map<string, number>()
    const limiter = counting(taken)
    const decide = createDecider(keyring, {
      limit: [
        { limiter, by: 'key', rule: { requests: 5, per: '1m' } },
        { limiter, by: 'workspace', rule: { requests: 900, per: '1h' } },
      ],
    })
    expect(headersOf(await decide(requestWith(bearer)))).toMatchObject({ RateLimit: '"key";r=4;t=60' })
    expect(taken.size).toBe(2)
  })

  test('shares a limit with the deciders that were given the same object', async () => {
    const perKey = { limiter: counting(), by: 'key', rule: minute } as const
    const [one, two] = [createDecider(keyring, { limit: perKey }), createDecider(keyring, { limit: perKey })]
    expect(await one(requestWith(bearer))).toMatchObject({ ok: true })
    expect(await two(requestWith(bearer))).toMatchObject({ ok: true })
    expect(await one(requestWith(bearer))).toMatchObject({ status: 429 })
    expect(() => createDecider(keyring, { limit: { ...perKey } })).toThrow(/another limit named "key"/)
  })

  test('does not limit requests without a key, where it is optional', async () => {
    const taken = new Map<string, number>()
    const decide = createDecider(keyring, {
      optional: true,
      limit: { limiter: counting(taken), by: 'key', rule: minute },
    })
    for (let turn = 0; turn < 4; turn += 1) expect(await decide(requestWith(undefined))).toMatchObject({ ok: true })
    expect([...taken]).toEqual([])
  })

  test('limits failures by the other end of the connection of a request of Node', async () => {
    const decide = createDecider(keyring, { limitFailures: { limiter: counting(), rule: minute } })
    const ask = async (remoteAddress: string): Promise<boolean | number> => {
      const request = Object.assign(requestWith('Bearer nonsense'), { socket: { remoteAddress } })
      const decision = await decide(request)
      return decision.ok || decision.status
    }
    const statuses: unknown[] = []
    for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) statuses.push(await ask(client))
    expect(statuses).toEqual([401, 401, 429, 401])
  })

  test('answers 500 where nothing tells who fails', async () => {
    const decide = createDecider(keyring, { limitFailures: { limiter: counting(), rule: minute } })
    expect(await decide(new Request('https://api.example.com/', { headers: { authorization: bearer } }))).toMatchObject(
      {
        status: 500,
        denial: { code: 'guard_failed' },
      },
    )
  })

  test('counts a request over its limit as denied', async () => {
    const reports: unknown[][] = []
    const recordUse: Door['recordUse'] = (_, status, deniedBy) => void reports.push([status, deniedBy?.code])
    const decide = createDecider(withDoor(keyring, { recordUse }), {
      limit: { limiter: counting(), by: 'key', rule: { requests: 1, per: '1m' } },
    })
    for (let turn = 0; turn < 2; turn += 1) await decide(requestWith(bearer))
    expect(reports).toEqual([
      [undefined, undefined],
      [undefined, 'rate_limited'],
    ])
  })

  test.each([
    ['no limits', { limit: [] }],
    ['an undefined limit', { limit: undefined }],
    ['a limit without a rule', { limit: { limiter: counting(), by: 'key' } }],
    ['an undefined limit of failures', { limitFailures: undefined }],
    [
      'a limit of failures with a burst',
      { limitFailures: { limiter: counting(), rule: { ...minute, burst: minute } } },
    ],
  ])('refuses to be made with %s', (_title, options) => {
    expect(() => createDecider(keyring, options as never)).toThrow(ConfigurationError)
  })
})
