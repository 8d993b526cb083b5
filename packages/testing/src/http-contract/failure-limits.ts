import type { LimitRule } from '@claviger/core'
import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { brokenLimiters, countingLimiter, laterLimiter } from './counting-limiter.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { type Fixture, makeFixture } from './fixture.ts'
import type { ContractApp, ContractHost } from './options.ts'
import { refusals } from './refusals.ts'
import { type Send, type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

const rule: LimitRule = { requests: 3, per: '1m' }
const clientOf = ({ url = '' }: ContractHost): string => url.slice('/?from='.length)
const from = (client: string): { readonly path: string } => ({ path: `/?from=${client}` })

const tooMany = {
  ...refusals.rate_limited,
  more: { 'retry-after': '60', 'ratelimit-policy': '"failures";q=3;w=60', ratelimit: '"failures";r=0;t=60' },
}

/** How failed authentications are limited. */
export function failureLimits({ test, serving }: Suite): void {
  const limiting = async (
    app: (fixture: Fixture) => ContractApp,
    body: (send: Send, fixture: Fixture) => Promise<void>,
  ): Promise<void> => {
    const fixture = await makeFixture()
    await serving(app(fixture), (send) => body(send, fixture))
    await fixture.close()
  }

  for (const [how, limiterOf] of [
    ['in the same tick', countingLimiter],
    ['later', laterLimiter],
  ] as const) {
    test(`limitFailures answers 429 to a client after too many answers of 401, with a limiter that answers ${how}`, () =>
      limiting(
        ({ keyring, clock }) => ({
          keyring,
          routes: ({ auth, handle }) => ({
            '/': [
              auth.limitFailures({ limiter: limiterOf(clock), rule, by: clientOf }),
              auth.authenticate(),
              handle(keySeen),
            ],
          }),
        }),
        async (send, { tokens, ids, clock }) => {
          // What succeeds counts nothing.
          for (let turn = 0; turn < 9; turn += 1) await send(withKey(tokens.reader, from('192.0.2.1')))
          for (const token of [tokens.unknown, 'undefined', tokens.revoked]) {
            assert.equal((await send(withKey(token, from('192.0.2.1')))).status, 401)
          }
          for (let turn = 0; turn < 100; turn += 1) {
            assertRefusal(await send(withKey(tokens.unknown, from('192.0.2.1'))), tooMany)
          }
          assertRefusal(await send(withKey(tokens.reader, from('192.0.2.1'))), tooMany)
          assertPassed(await send(withKey(tokens.reader, from('192.0.2.2'))), { key: ids.reader })
          clock.advance(60_000)
          assertPassed(await send(withKey(tokens.reader, from('192.0.2.1'))), { key: ids.reader })
        },
      ))
  }

  test('limitFailures counts IPv6 clients by their network, and IPv4 in IPv6 as IPv4', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [
            auth.limitFailures({ limiter: countingLimiter(clock), rule, by: clientOf }),
            auth.authenticate(),
            handle(keySeen),
          ],
        }),
      }),
      async (send, { tokens }) => {
        const failing = async (client: string): Promise<number> =>
          (await send(withKey(tokens.unknown, from(client)))).status
        const statuses: number[] = []
        const network = ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', '2001:0db8:0001:0002:0:0:0:7', '2001:db8:1:2::8']
        for (const client of [...network, '2001:db8:1:3::1']) statuses.push(await failing(client))
        for (const client of ['192.0.2.7', '::ffff:192.0.2.7', '::ffff:c000:207', '192.0.2.7']) {
          statuses.push(await failing(client))
        }
        assert.deepEqual(statuses, [401, 401, 401, 429, 401, 401, 401, 401, 429])
      },
    ))

  test('limitFailures counts only answers of 401: no 403, no 503, no optional key that is left out', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, handle }) => {
          const failures = auth.limitFailures({ limiter: countingLimiter(clock), rule, by: () => '192.0.2.1' })
          return {
            '/': [failures, auth.authenticate(), auth.require('docs:write'), handle(keySeen)],
            '/optional': [failures, auth.authenticate({ optional: true }), handle(keySeen)],
            '/other': [failures, auth.authenticate(), auth.workspace(() => 'ws_other'), handle(keySeen)],
          }
        },
      }),
      async (send, { tokens }) => {
        const statuses: number[] = []
        const ask = async (path: string, token?: string): Promise<void> =>
          void statuses.push((await send(token === undefined ? { path } : withKey(token, { path }))).status)
        for (let turn = 0; turn < 5; turn += 1) await ask('/', tokens.reader)
        for (let turn = 0; turn < 5; turn += 1) await ask('/optional')
        await ask('/')
        await ask('/other', tokens.reader)
        await ask('/optional', tokens.unknown)
        await ask('/optional')
        assert.deepEqual(statuses, [...Array(5).fill(403), ...Array(5).fill(200), 401, 401, 401, 429])
      },
    ))

  test('limitFailures goes by the address that the framework gives, and answers 500 where nothing tells who asks', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, handle }) => {
          const limiter = countingLimiter(clock)
          const wrong = (name: string, by: () => unknown) => [
            auth.limitFailures({ limiter, rule, name, by: by as () => string }),
            auth.authenticate(),
            handle(keySeen),
          ]
          return {
            '/': [auth.limitFailures({ limiter, rule }), auth.authenticate(), handle(keySeen)],
            '/none': wrong('none', () => undefined),
            '/empty': wrong('empty', () => ''),
            '/long': wrong('long', () => 'x'.repeat(257)),
            '/throws': wrong('throws', () => {
              throw new Error('no client')
            }),
          }
        },
      }),
      async (send, { tokens }) => {
        const statuses: number[] = []
        for (let turn = 0; turn < 4; turn += 1) statuses.push((await send(withKey(tokens.unknown))).status)
        assert.deepEqual(statuses, [401, 401, 401, 429])
        for (const path of ['/none', '/empty', '/long', '/throws']) {
          assertRefusal(await send(withKey(tokens.reader, { path })), refusals.guard_failed)
        }
      },
    ))

  test('limitFailures goes by clientAddress, where the host tells addresses itself', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        options: { clientAddress: clientOf },
        routes: ({ auth, handle }) => ({
          '/': [auth.limitFailures({ limiter: countingLimiter(clock), rule }), auth.authenticate(), handle(keySeen)],
        }),
      }),
      async (send, { tokens, ids }) => {
        const statuses: number[] = []
        for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) {
          statuses.push((await send(withKey(tokens.unknown, from(client)))).status)
        }
        assert.deepEqual(statuses, [401, 401, 401, 429, 401])
        assertPassed(await send(withKey(tokens.reader, from('192.0.2.2'))), { key: ids.reader })
      },
    ))

  test('limitFailures with a limiter that fails answers as without it, and the host is told once', async () => {
    for (const { limiter, hangs } of brokenLimiters()) {
      if (hangs) continue
      const heard = await listening(() =>
        limiting(
          ({ keyring }) => ({
            keyring,
            routes: ({ auth, handle }) => ({
              '/': [auth.limitFailures({ limiter, rule, by: clientOf }), auth.authenticate(), handle(keySeen)],
            }),
          }),
          async (send, { tokens }) => {
            for (let turn = 0; turn < 5; turn += 1) {
              assertRefusal(await send(withKey(tokens.unknown, from('192.0.2.1'))), refusals.invalid_key)
            }
          },
        ),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_LIMITER_FAILED'])
    }
  })
}
