import { systemActor } from '@claviger/core'
import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { guardedApp, keySeen } from './apps.ts'
import { brokenLimiters, countingLimiter } from './counting-limiter.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { type Fixture, makeFixture } from './fixture.ts'
import { behind, type LimitBody, limitingOn, perMinute, told } from './limiting.ts'
import type { ContractApp } from './options.ts'
import { refusals } from './refusals.ts'
import { sendAndLeave } from './send.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** What counts in a limit, and what does not. */
export function limitEdges(suite: Suite): void {
  const { test } = suite
  const limiting = (app: (fixture: Fixture) => ContractApp, body: LimitBody): Promise<void> =>
    limitingOn(suite, app, body)

  test('limit: a rotated key keeps its limit, with the old secret and the new one', () =>
    limiting(
      behind((auth, { clock }) => [auth.limit({ limiter: countingLimiter(clock), by: 'key', rule: perMinute(9) })]),
      async (send, { tokens, keyring, ids }) => {
        await send(withKey(tokens.reader))
        const { token } = await keyring.as(systemActor('ws_acme')).rotate(ids.reader, { overlap: '1h' })
        const seen: (string | undefined)[] = []
        for (const each of [tokens.reader, token]) seen.push((await send(withKey(each))).headers['ratelimit'])
        assert.deepEqual(seen, ['"key";r=7;t=60', '"key";r=6;t=60'])
      },
    ))

  test('limit counts HEAD and OPTIONS like every other request, and no preflight that authenticate answers', () =>
    limiting(
      ({ keyring, clock }) => ({
        ...guardedApp(keyring, (auth) => [
          auth.limit({ limiter: countingLimiter(clock), by: 'key', rule: perMinute(9) }),
        ]),
        options: { skipPreflight: true },
      }),
      async (send, { tokens }) => {
        await send(withKey(tokens.reader, { method: 'HEAD' }))
        await send(withKey(tokens.reader, { method: 'OPTIONS' }))
        const preflight = [
          ['Origin', 'https://app.example'],
          ['Access-Control-Request-Method', 'GET'],
        ] as const
        assert.equal((await send({ method: 'OPTIONS', fields: preflight })).status, 204)
        assert.equal((await send(withKey(tokens.reader))).headers['ratelimit'], '"key";r=6;t=60')
      },
    ))

  test('limit counts a request whose client leaves before the answer', () => {
    const [reached, left] = [gate(), gate()]
    return limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, use, handle }) => {
          const limit = auth.limit({ limiter: countingLimiter(clock), by: 'key', rule: perMinute(9) })
          const waits = use((_, res) => {
            res.once('close', left.open)
            reached.open()
            return new Promise(() => {})
          })
          return { '/': [auth.authenticate(), limit, handle(keySeen)], '/slow': [auth.authenticate(), limit, waits] }
        },
      }),
      async (send, { tokens }, port) => {
        const leave = sendAndLeave(port, withKey(tokens.reader, { path: '/slow' }))
        await reached.wait()
        leave()
        await left.wait()
        assert.equal((await send(withKey(tokens.reader))).headers['ratelimit'], '"key";r=7;t=60')
      },
    )
  })

  test('limit: a limiter that fails, hangs or talks nonsense lets requests pass, and the host is told once', async () => {
    for (const { limiter, hangs } of brokenLimiters()) {
      const heard = await listening(() =>
        limiting(
          behind((auth) => [auth.limit({ limiter, by: 'key', rule: perMinute(1) })]),
          async (send, { tokens, ids, clock }) => {
            for (const _ of [1, 2]) {
              const sent = send(withKey(tokens.reader))
              for (let turn = 0; turn < (hangs ? 200 : 0); turn += 1) await clock.advanceAsync(10)
              assertPassed(await sent, { key: ids.reader })
            }
          },
        ),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_LIMITER_FAILED'])
    }
  })

  test('limit lets requests without a key pass where one is optional, and is no guard where one is demanded', () =>
    limiting(
      ({ keyring, clock }) => ({
        keyring,
        routes: ({ auth, handle }) => {
          const limit = auth.limit({ limiter: countingLimiter(clock), by: 'key', rule: perMinute(9) })
          return {
            '/optional': [auth.authenticate({ optional: true }), limit, handle(keySeen)],
            '/guarded': [auth.authenticate({ guarded: true }), limit, handle(keySeen)],
            '/without': [limit, handle(keySeen)],
          }
        },
      }),
      async (send, { tokens, ids }) => {
        assertPassed(await send({ path: '/optional' }), { key: null })
        assertPassed(await send(withKey(tokens.reader, { path: '/optional' })), { key: ids.reader }, told('key', 9, 8))
        assert.equal((await send(withKey(tokens.reader, { path: '/guarded' }))).status, 500)
        assertRefusal(await send(withKey(tokens.reader, { path: '/without' })), refusals.guard_without_auth)
      },
    ))

  test('usage: a limit that refuses counts as denied by its code', async () => {
    const fixture = await makeFixture()
    const limiter = countingLimiter(fixture.clock)
    const app = guardedApp(fixture.keyring, (auth) => [auth.limit({ limiter, by: 'key', rule: perMinute(2) })])
    await suite.serving(app, async (send) => {
      for (let turn = 0; turn < 4; turn += 1) await send(withKey(fixture.tokens.reader))
    })
    await fixture.clock.advanceAsync(5_000)
    const counts = await fixture.readUsage()
    assert.deepEqual(
      counts.map(({ requests, allowed, denied }) => ({ requests, allowed, denied: { ...denied } })),
      [{ requests: 4, allowed: 2, denied: { rate_limited: 2 } }],
    )
    await fixture.close()
  })
}
