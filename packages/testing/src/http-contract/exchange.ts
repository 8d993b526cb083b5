import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { assert } from '../assert.ts'
import { keySeen, plainApp } from './apps.ts'
import { assertPassed, assertRefusal, ownHeaders } from './expect.ts'
import { refusals } from './refusals.ts'
import type { FieldLine } from './send.ts'
import { type Suite, withKey } from './suite.ts'

const preflightFields: readonly FieldLine[] = [
  ['Origin', 'https://app.test'],
  ['Access-Control-Request-Method', 'GET'],
  ['Access-Control-Request-Headers', 'authorization'],
]

/** Methods, caches, many requests at once: what surrounds a verification. */
export function exchanges({ test, serving, fixture }: Suite): void {
  test('HEAD gets the verification of GET without a body', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      assertRefusal(await send({ method: 'HEAD' }), refusals.missing_credentials, 'HEAD')
      assertRefusal(await send(withKey(tokens.unknown, { method: 'HEAD' })), refusals.invalid_key, 'HEAD')
      const passed = await send(withKey(tokens.reader, { method: 'HEAD' }))
      assert.deepEqual([passed.status, passed.body], [200, ''])
    })
  })

  test('OPTIONS is refused like any other method by default', async () => {
    const { keyring } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      assertRefusal(await send({ method: 'OPTIONS', fields: preflightFields }), refusals.missing_credentials)
    })
  })

  test('skipPreflight answers a preflight itself, keeps the headers of CORS and never runs the handler', async () => {
    const { keyring, tokens } = await fixture()
    let handled = 0
    await serving(
      {
        keyring,
        options: { skipPreflight: true },
        routes: ({ auth, use, handle }) => ({
          '/': [
            use((_, res) => void res.setHeader('Access-Control-Allow-Origin', '*')),
            auth.authenticate(),
            handle(() => ({ handled: (handled += 1) })),
          ],
        }),
      },
      async (send) => {
        const reply = await send({ method: 'OPTIONS', fields: preflightFields })
        assert.deepEqual([reply.status, reply.body, handled], [204, '', 0])
        assert.deepEqual(ownHeaders(reply), {
          'access-control-allow-origin': '*',
          vary: 'Authorization, X-API-Key',
        })
        const more = { 'access-control-allow-origin': '*' }
        for (const fields of [[], preflightFields.slice(0, 1), preflightFields.slice(1)]) {
          assertRefusal(await send({ method: 'OPTIONS', fields }), { ...refusals.missing_credentials, more })
        }
        assertRefusal(await send({ method: 'GET', fields: preflightFields }), { ...refusals.missing_credentials, more })
        assert.equal(handled, 0)
        assert.equal((await send(withKey(tokens.reader))).body, '{"handled":1}')
      },
    )
  })

  test("the application's own Vary is kept, and * is left alone", async () => {
    const { keyring, tokens, ids } = await fixture()
    const own: readonly (readonly [string, string])[] = [
      ['Origin', 'Origin, Authorization, X-API-Key'],
      ['authorization', 'authorization, X-API-Key'],
      ['*', '*'],
    ]
    for (const [set, vary] of own) {
      await serving(
        {
          keyring,
          routes: ({ auth, use, handle }) => ({
            '/': [use((_, res) => void res.setHeader('Vary', set)), auth.authenticate(), handle(keySeen)],
          }),
        },
        async (send) => {
          assertPassed(await send(withKey(tokens.reader)), { key: ids.reader }, { vary })
          assertRefusal(await send({}), { ...refusals.missing_credentials, vary })
        },
      )
    }
  })

  test('a guard that refuses says in Vary what it went by, also where the application has replaced it', async () => {
    const { keyring, tokens, ids } = await fixture()
    const replace = (_: unknown, res: ServerResponse): void => void res.setHeader('Vary', 'Origin')
    await serving(
      {
        keyring,
        routes: ({ auth, use, handle }) => ({
          '/refused': [auth.authenticate(), use(replace), auth.require('docs:write'), handle(keySeen)],
          '/late': [auth.authenticate(), use(replace), auth.check(async () => false), handle(keySeen)],
          '/passed': [auth.authenticate(), auth.require('docs:read'), auth.check(async () => true), handle(keySeen)],
        }),
      },
      async (send) => {
        for (const path of ['/refused', '/late']) {
          const reply = await send(withKey(tokens.reader, { path }))
          assert.deepEqual([reply.status, ownHeaders(reply).vary], [403, 'Origin, Authorization, X-API-Key'])
        }
        assertPassed(await send(withKey(tokens.reader, { path: '/passed' })), { key: ids.reader })
      },
    )
  })

  test('what earlier middleware prepared does not show through a refusal', async () => {
    const { keyring } = await fixture()
    await serving(
      {
        keyring,
        routes: ({ auth, use, handle }) => ({
          '/': [
            use((_, res) => {
              res.statusCode = 200
              res.setHeader('Content-Type', 'application/json')
              res.setHeader('Content-Length', '3')
              res.setHeader('Cache-Control', 'public, max-age=60')
            }),
            auth.authenticate(),
            handle(keySeen),
          ],
        }),
      },
      async (send) => assertRefusal(await send({}), refusals.missing_credentials),
    )
  })

  test('100 requests at once with two keys never see each other', async () => {
    const { restart, tokens, ids } = await fixture()
    await serving(
      {
        keyring: restart(),
        routes: ({ auth, use, handle }) => ({
          '/': [
            auth.authenticate(),
            use(() => setImmediate()),
            auth.check(async (apiKey, { url }) => (await setImmediate(), url === `/?${apiKey.name}`)),
            handle(async (apiKey) => (await setImmediate(), keySeen(apiKey))),
          ],
        }),
      },
      async (send) => {
        const names = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 'reader' : 'writer'))
        const replies = await Promise.all(names.map((name) => send(withKey(tokens[name], { path: `/?${name}` }))))
        for (const [index, reply] of replies.entries()) {
          assertPassed(reply, { key: ids[names[index] === 'reader' ? 'reader' : 'writer'] })
        }
      },
    )
  })
}
