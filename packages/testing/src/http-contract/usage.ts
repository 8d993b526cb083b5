import { once } from 'node:events'
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { addCounts, noCounts, type UsageCounts } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { guardedApp, keySeen, plainApp } from './apps.ts'
import { type Fixture, makeFixture, type TokenName } from './fixture.ts'
import type { ContractApp } from './options.ts'
import { sendAndLeave, type WireRequest } from './send.ts'
import { type Send, type Suite, withKey } from './suite.ts'

const none = { requests: 0, allowed: 0, denied: {}, clientErrors: 0, serverErrors: 0 }

/** What is counted of requests, when and how often. Every test counts on keys of its own. */
export function usage({ test, serving }: Suite): void {
  const counting = async (
    app: (fixture: Fixture) => ContractApp,
    requests: (send: Send, fixture: Fixture, port: number) => Promise<void>,
    expected: Partial<UsageCounts>,
  ): Promise<void> => {
    const fixture = await makeFixture()
    await serving(app(fixture), (ask, port) => requests(ask, fixture, port))
    assert.deepEqual(await countsOf(fixture), { ...none, ...expected })
    await fixture.close()
  }
  const asking =
    (token: TokenName, ...requests: readonly WireRequest[]) =>
    async (ask: Send, { tokens }: Fixture): Promise<void> => {
      for (const request of requests) await ask(withKey(tokens[token], request))
    }

  test('usage: every response counts once, cold and warm', () =>
    counting(({ keyring }) => plainApp(keyring), asking('reader', {}, {}, {}), { requests: 3, allowed: 3 }))

  test('usage: HEAD, HTTP/1.0 and a response without a body count like any other', () =>
    counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, use, handle }) => ({
          '/': [auth.authenticate(), handle(keySeen)],
          '/none': [
            auth.authenticate(),
            use((_, res) => {
              res.statusCode = 304
              res.end()
              return new Promise(() => {})
            }),
          ],
        }),
      }),
      asking('reader', { method: 'HEAD' }, { version: '1.0' }, { path: '/none' }),
      { requests: 3, allowed: 3 },
    ))

  test('usage: requests that share a connection count each, pipelined too', () =>
    counting(
      ({ keyring }) => plainApp(keyring),
      async (ask, { tokens }) => {
        const head = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.reader}\r\n`
        await ask({ raw: `${`${head}\r\n`.repeat(3)}${head}Connection: close\r\n\r\n` })
      },
      { requests: 4, allowed: 4 },
    ))

  test('usage: requests one after the other on one connection count each', () =>
    counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [auth.authenticate(), auth.require('docs:read'), handle(keySeen)],
          '/denied': [auth.authenticate(), auth.require('docs:write'), handle(keySeen)],
        }),
      }),
      async (_, { tokens }, port) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 })
        const to = { host: '127.0.0.1', port, agent, headers: { authorization: `Bearer ${tokens.reader}` } }
        for (const [turn, path] of ['/', '/denied', '/', '/denied', '/'].entries()) {
          const request = get({ ...to, path })
          const [response] = (await once(request, 'response')) as [IncomingMessage]
          response.resume()
          await once(response, 'close')
          assert.equal(request.reusedSocket, turn > 0)
        }
        agent.destroy()
      },
      { requests: 5, allowed: 3, denied: { 'insufficient_permission docs:write': 2 } },
    ))

  test('usage: of pipelined requests whose client leaves, each that was verified counts once', () => {
    const [reached, left] = [gate(), gate()]
    let open = 3
    return counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, use }) => ({
          '/': [
            auth.authenticate(),
            use((req) => {
              req.once('close', () => ((open -= 1) === 0 ? left.open() : undefined))
              if (req.headers['x-last'] !== undefined) reached.open()
              return new Promise(() => {})
            }),
          ],
        }),
      }),
      async (_, { tokens }, port) => {
        const head = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.reader}\r\n`
        const leave = sendAndLeave(port, { raw: `${`${head}\r\n`.repeat(2)}${head}X-Last: 1\r\n\r\n` })
        await reached.wait()
        leave()
        await left.wait()
      },
      { requests: 3, allowed: 3 },
    )
  })

  test('usage: a handler that answers 4xx or 5xx counts as allowed, and as an error of its kind', () =>
    counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, use }) => ({
          '/': [
            auth.authenticate(),
            use((req, res) => {
              res.statusCode = Number(new URL(req.url ?? '', 'http://contract.test').searchParams.get('status'))
              res.end()
              return new Promise(() => {})
            }),
          ],
        }),
      }),
      asking('reader', { path: '/?status=404' }, { path: '/?status=409' }, { path: '/?status=502' }),
      { requests: 3, allowed: 3, clientErrors: 2, serverErrors: 1 },
    ))

  test("usage: what a handler throws counts as the framework's own 500", () =>
    counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [auth.authenticate(), handle(() => Promise.reject(new Error('the database is away')))],
        }),
      }),
      async (ask, { tokens }) => {
        assert.equal((await ask(withKey(tokens.reader))).status, 500)
      },
      { requests: 1, allowed: 1, serverErrors: 1 },
    ))

  for (const [token, code] of [
    ['revoked', 'key_revoked'],
    ['expired', 'key_expired'],
    ['disabled', 'key_disabled'],
    ['rotated', 'key_rotated'],
    ['orphan', 'owner_gone'],
  ] as const) {
    test(`usage: a key that is refused with ${code} counts as denied by that code, also where a key is optional`, () =>
      counting(
        ({ keyring }) => ({
          keyring,
          routes: ({ auth, handle }) => ({
            '/': [auth.authenticate(), handle(keySeen)],
            '/optional': [auth.authenticate({ optional: true }), handle(keySeen)],
          }),
        }),
        asking(token, {}, {}, { path: '/optional' }),
        { requests: 3, denied: { [code]: 3 } },
      ))
  }

  test('usage: a guard that refuses counts as denied by its code and what was lacked, and no longer as allowed', () =>
    counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, handle }) => ({
          '/permission': [auth.authenticate(), auth.require('docs:read'), auth.require('docs:write'), handle(keySeen)],
          '/workspace': [auth.authenticate(), auth.workspace(async () => 'ws_other'), handle(keySeen)],
          '/environment': [auth.authenticate(), auth.environment('ci'), handle(keySeen)],
          '/check': [auth.authenticate(), auth.check(async () => false), handle(keySeen)],
          '/passed': [auth.authenticate(), auth.require('docs:read'), handle(keySeen)],
        }),
      }),
      asking('reader', ...['/permission', '/workspace', '/environment', '/check', '/passed'].map((path) => ({ path }))),
      {
        requests: 5,
        allowed: 1,
        // A check of the application names nothing.
        denied: {
          'insufficient_permission docs:write': 1,
          insufficient_permission: 1,
          wrong_workspace: 1,
          wrong_environment: 1,
        },
      },
    ))

  test('usage: a guard that fails counts as a server error of the application', () =>
    counting(
      ({ keyring }) => guardedApp(keyring, (auth) => [auth.check(() => Promise.reject(new Error('away')))]),
      asking('reader', {}),
      { requests: 1, allowed: 1, serverErrors: 1 },
    ))

  test('usage: further authenticators on one request count nothing more, of any keyring', () =>
    counting(
      ({ keyring }) => ({
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [auth.authenticate({ optional: true }), auth.authenticate(), auth.authenticate(), handle(keySeen)],
        }),
      }),
      async (ask, { tokens }) => {
        await ask(withKey(tokens.reader))
        await ask(withKey(tokens.revoked))
      },
      { requests: 2, allowed: 1, denied: { key_revoked: 1 } },
    ))

  test('usage: what proves no secret counts nothing, nor does what was refused for our own fault', () => {
    let isAway = false
    return counting(
      ({ restart }) =>
        plainApp(
          restart((store) => ({
            ...store,
            find: (ids) => (isAway ? Promise.reject(new Error('connection refused')) : store.find(ids)),
          })),
          { optional: true },
        ),
      async (ask, { tokens }) => {
        for (const token of [tokens.unknown, tokens.wrongSecret, 'undefined', tokens.reader.slice(0, -3)]) {
          await ask(withKey(token))
        }
        await ask({})
        await ask({
          fields: [
            ['Authorization', `Bearer ${tokens.reader}`],
            ['Authorization', 'Basic eDp5'],
          ],
        })
        isAway = true
        assert.equal((await ask(withKey(tokens.writer))).status, 503)
      },
      {},
    )
  })

  test('usage: a client that leaves before the answer counts as allowed, with no status', () =>
    counting(...leaving(() => {}), { requests: 1, allowed: 1 }))

  test('usage: a client that leaves in the middle of the answer counts with the status it got', () =>
    counting(
      ...leaving((res) => {
        res.writeHead(500)
        res.write('half of it')
      }),
      { requests: 1, allowed: 1, serverErrors: 1 },
    ))
}

/** An app whose handler does this and never ends, and a client that leaves once it has. */
function leaving(
  work: (res: ServerResponse) => void,
): [(fixture: Fixture) => ContractApp, (ask: Send, fixture: Fixture, port: number) => Promise<void>] {
  const reached = gate()
  const left = gate()
  return [
    ({ keyring }) => ({
      keyring,
      routes: ({ auth, use, handle }) => ({
        '/': [
          auth.authenticate(),
          use((_, res) => {
            res.once('close', left.open)
            work(res)
            reached.open()
            return new Promise(() => {})
          }),
          handle(keySeen),
        ],
      }),
    }),
    async (_, { tokens }, port) => {
      const leave = sendAndLeave(port, withKey(tokens.reader))
      await reached.wait()
      leave()
      await left.wait()
    },
  ]
}

/** All counts of all workspaces, once they are stored. */
async function countsOf({ clock, readUsage }: Fixture): Promise<UsageCounts> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate()
  await clock.advanceAsync(5_000)
  const points = await readUsage()
  const { requests, allowed, denied, clientErrors, serverErrors } = points.reduce<UsageCounts>(addCounts, noCounts)
  return { requests, allowed, denied: { ...denied }, clientErrors, serverErrors }
}
