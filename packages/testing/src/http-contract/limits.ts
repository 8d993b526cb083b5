import type { LimitRule } from '@claviger/core'
import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { countingLimiter, laterLimiter } from './counting-limiter.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import type { Fixture } from './fixture.ts'
import { behind, type LimitBody, limited, limitingOn, perMinute, told } from './limiting.ts'
import type { ContractApp } from './options.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** How requests of verified keys are limited. */
export function limits(suite: Suite): void {
  const { test } = suite
  const limiting = (app: (fixture: Fixture) => ContractApp, body: LimitBody): Promise<void> =>
    limitingOn(suite, app, body)

  for (const [how, limiterOf] of [
    ['in the same tick', countingLimiter],
    ['later', laterLimiter],
  ] as const) {
    test(`limit passes what is allowed and tells what is left, then answers 429, with a limiter that answers ${how}`, () =>
      limiting(
        behind((auth, { clock }) => [auth.limit({ limiter: limiterOf(clock), by: 'key', rule: perMinute(3) })]),
        async (send, { tokens, ids, clock }) => {
          for (const left of [2, 1, 0]) {
            assertPassed(await send(withKey(tokens.reader)), { key: ids.reader }, told('key', 3, left))
          }
          clock.advance(29_500)
          assertRefusal(await send(withKey(tokens.reader)), limited('key', 3, 31))
          assertPassed(await send(withKey(tokens.writer)), { key: ids.writer }, told('key', 3, 2))
          clock.advance(30_400)
          assertRefusal(await send(withKey(tokens.reader)), limited('key', 3, 1))
          clock.advance(100)
          assertPassed(await send(withKey(tokens.reader)), { key: ids.reader }, told('key', 3, 2))
        },
      ))
  }

  test('limit: what is refused with 401 or 403 takes nothing, whichever guard comes first', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, handle }) => {
          const [before, after] = [countingLimiter(clock), countingLimiter(clock)].map((limiter) =>
            auth.limit({ limiter, by: 'key', rule: perMinute(3) }),
          )
          if (before === undefined || after === undefined) return {}
          const write = auth.require('docs:write')
          return {
            '/before': [auth.authenticate(), before, write, handle(keySeen)],
            '/before/open': [auth.authenticate(), before, handle(keySeen)],
            '/after': [auth.authenticate(), write, after, handle(keySeen)],
            '/after/open': [auth.authenticate(), after, handle(keySeen)],
            '/other': [auth.authenticate(), after, auth.workspace(async () => 'ws_other'), handle(keySeen)],
          }
        },
      }),
      async (send, { tokens }) => {
        for (const path of ['/before', '/after', '/other', '/before', '/after', '/other']) {
          const { status } = await send(withKey(tokens.reader, { path }))
          assert.equal(status, path === '/other' ? 401 : 403)
          assert.equal((await send(withKey(tokens.revoked, { path }))).status, 401)
        }
        for (const path of ['/before/open', '/after/open']) {
          const { headers } = await send(withKey(tokens.reader, { path }))
          assert.equal(headers['ratelimit'], '"key";r=2;t=60')
        }
      },
    ))

  test('limit by owner is shared by the keys of an owner, by workspace by those of a workspace', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, handle }) => {
          const limiter = countingLimiter(clock)
          return {
            '/owner': [auth.authenticate(), auth.limit({ limiter, by: 'owner', rule: perMinute(9) }), handle(keySeen)],
            '/workspace': [
              auth.authenticate(),
              auth.limit({ limiter, by: 'workspace', rule: perMinute(9) }),
              handle(keySeen),
            ],
          }
        },
      }),
      async (send, { tokens }) => {
        const left = async (path: string, token: string): Promise<string | undefined> =>
          (await send(withKey(token, { path }))).headers['ratelimit']
        // The same user in another workspace is another owner.
        const { reader, writer, demoted, elsewhere } = tokens
        const owners = [reader, writer, demoted, elsewhere].map((token) => () => left('/owner', token))
        const seen: (string | undefined)[] = []
        for (const ask of owners) seen.push(await ask())
        assert.deepEqual(
          seen,
          [8, 7, 8, 8].map((count) => `"owner";r=${count};t=60`),
        )
        const workspaces = [reader, writer, demoted, elsewhere].map((token) => () => left('/workspace', token))
        const heard: (string | undefined)[] = []
        for (const ask of workspaces) heard.push(await ask())
        assert.deepEqual(
          heard,
          [8, 7, 6, 8].map((count) => `"workspace";r=${count};t=60`),
        )
      },
    ))

  test('limit answers 500 to a wrong rule, a wrong cost, and to what fails, with one warning', async () => {
    const fails = (): never => {
      throw new Error('the database said no')
    }
    const numbers = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '60', undefined]
    const rules: readonly (() => unknown)[] = [
      ...numbers.map((requests) => () => ({ requests, per: '1m' })),
      ...[60, '1', '0s', 'year', undefined].map((per) => () => ({ requests: 60, per })),
      ...[undefined, null, 600, 'none', [], {}, { requests: 60, per: '1m', bursts: 1 }].map((rule) => () => rule),
      async () => ({ requests: 0, per: '1m' }),
      fails,
      async () => fails(),
    ]
    const costs = [-1, Number.NaN, Number.POSITIVE_INFINITY, 0.5, '1', undefined, null].map((cost) => () => cost)
    const wrong = [
      ...rules.map((rule) => ({ rule, cost: () => 1 })),
      ...[...costs, async () => -1, fails, async () => fails()].map((cost) => ({ rule: () => perMinute(3), cost })),
    ]
    for (const options of wrong) {
      const heard = await listening(() =>
        limiting(
          behind((auth, { clock }) => [
            auth.limit({
              limiter: countingLimiter(clock),
              by: 'key',
              ...(options as { rule: () => LimitRule; cost: () => number }),
            }),
          ]),
          async (send, { tokens }) => {
            for (const _ of [1, 2]) assertRefusal(await send(withKey(tokens.reader)), refusals.guard_failed)
          },
        ),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_FAILED'])
    }
  })

  test('limit shows a burst as a policy of its own, and never more left of a policy than it has', async () => {
    const burst = { requests: 5, per: '1h' } as const
    const lefts = [8, 5, 2, 0]
    const seen: unknown[] = []
    for (const remaining of lefts) {
      const limiter = { consume: () => ({ isAllowed: true, remaining, resetMs: 60_000 }) }
      await limiting(
        behind((auth) => [auth.limit({ limiter, by: 'key', rule: { ...perMinute(3), burst } })]),
        async (send, { tokens }) => {
          const { headers } = await send(withKey(tokens.reader))
          seen.push([headers['ratelimit'], headers['ratelimit-policy']])
        },
      )
    }
    const policy = '"key";q=3;w=60, "key-burst";q=5;w=3600'
    assert.deepEqual(
      seen,
      [3, 3, 2, 0].map((left) => [`"key";r=${left};t=60`, policy]),
    )
  })

  test('limit takes the cost of a request, now or later; more than the whole limit never passes, and no time is promised', () => {
    const costs = [5, 5, 4, 11, 1, 0]
    return limiting(
      behind((auth, { clock }) => [
        auth.limit({
          limiter: countingLimiter(clock),
          by: 'key',
          rule: async () => perMinute(10),
          cost: (_, { url = '' }) => Number(url.slice(4)),
        }),
      ]),
      async (send, { tokens }) => {
        const seen: unknown[] = []
        for (const cost of costs) {
          const { status, headers } = await send(withKey(tokens.reader, { path: `/?n=${cost}` }))
          seen.push([status, headers['ratelimit'], headers['retry-after']])
        }
        assert.deepEqual(seen, [
          [200, '"key";r=5;t=60', undefined],
          [200, '"key";r=0;t=60', undefined],
          [429, '"key";r=0;t=60', '60'],
          [429, undefined, undefined],
          [429, '"key";r=0;t=60', '60'],
          [200, undefined, undefined],
        ])
      },
    )
  })

  test('limit by a rule of the key: a plan for each workspace, and none', () =>
    limiting(
      behind((auth, { clock }) => [
        auth.limit({
          limiter: countingLimiter(clock),
          by: 'workspace',
          rule: ({ workspaceId }) => (workspaceId === 'ws_acme' ? perMinute(1) : 'unlimited'),
        }),
      ]),
      async (send, { tokens, ids }) => {
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader }, told('workspace', 1, 0))
        assertRefusal(await send(withKey(tokens.writer)), limited('workspace', 1, 60))
        for (const _ of [1, 2, 3]) assertPassed(await send(withKey(tokens.elsewhere)), { key: ids.elsewhere })
      },
    ))

  test('of two limits the tightest is told, and when the second refuses, the first gets back what it took', () =>
    limiting(
      behind((auth, { clock }) => {
        const limiter = countingLimiter(clock)
        return [
          auth.limit({ limiter, by: 'workspace', rule: perMinute(9) }),
          auth.limit({ limiter, by: 'key', rule: perMinute(2) }),
        ]
      }),
      async (send, { tokens, ids }) => {
        for (const left of [1, 0]) {
          assertPassed(await send(withKey(tokens.reader)), { key: ids.reader }, told('key', 2, left))
        }
        for (const _ of [1, 2, 3]) assertRefusal(await send(withKey(tokens.reader)), limited('key', 2, 60))
        // Of nine the workspace has used two, and now three.
        assertPassed(await send(withKey(tokens.writer)), { key: ids.writer }, told('key', 2, 1))
        const many: string[] = []
        for (const token of [tokens.demoted, tokens.staging, tokens.expiring]) {
          for (const _ of [1, 2]) many.push((await send(withKey(token))).headers['ratelimit'] ?? '')
        }
        assert.deepEqual(many.at(-1), '"workspace";r=0;t=60')
        assertRefusal(await send(withKey(tokens.writer)), limited('workspace', 9, 60))
      },
    ))
}
