import { assert } from '../assert.ts'
import { guardedApp, keySeen, plainApp } from './apps.ts'
import { assertPassed, assertRefusal, ownHeaders } from './expect.ts'
import { hostileErrors } from './hostile-errors.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** Hosts that make mistakes: nothing passes, nothing ends the process. */
export function hosts({ test, serving, fixture }: Suite): void {
  test('whatever a check, a selector or onDenied throws or rejects with, the request is refused', async () => {
    const { keyring, tokens } = await fixture()
    let thrown: unknown
    const throws = (): never => {
      throw thrown
    }
    // Not an async function: what it rejects with may be no error.
    const rejects = (): Promise<never> => Promise.reject(thrown)
    for (const fails of [throws, rejects]) {
      await serving(
        {
          keyring,
          routes: ({ auth, handle }) => ({
            '/check': [auth.authenticate(), auth.check(fails), handle(keySeen)],
            '/workspace': [auth.authenticate(), auth.workspace(fails), handle(keySeen)],
          }),
        },
        async (send) => {
          for (thrown of hostileErrors()) {
            for (const path of ['/check', '/workspace']) {
              assertRefusal(await send(withKey(tokens.reader, { path })), refusals.guard_failed)
            }
          }
        },
      )
      await serving({ ...plainApp(keyring), onDenied: fails }, async (send) => {
        for (thrown of hostileErrors()) assertRefusal(await send({}), refusals.missing_credentials)
      })
    }
  })

  test('another global Promise than the one of Node makes no difference, cold and warm', async () => {
    const { restart, tokens, ids } = await fixture()
    const own = globalThis.Promise
    const keyring = restart()
    await serving(
      guardedApp(keyring, (auth) => [auth.check(async () => true), auth.workspace(async () => 'ws_acme')]),
      async (send) => {
        class OtherPromise<Value> extends own<Value> {}
        try {
          globalThis.Promise = OtherPromise
          for (const attempt of ['cold', 'warm']) {
            const reply = await send(withKey(tokens.reader))
            assert.equal(reply.status, 200, attempt)
            assertPassed(reply, { key: ids.reader })
            assertRefusal(await send(withKey(tokens.unknown)), refusals.invalid_key)
          }
        } finally {
          globalThis.Promise = own
        }
      },
    )
  })

  test('an identity that other code set on the request does not stay', async () => {
    const { keyring, tokens, ids } = await fixture()
    const seen: unknown[] = []
    await serving(
      {
        keyring,
        routes: ({ auth, pretend, handle }) => ({
          '/optional': [pretend({ id: 'root' }), auth.authenticate({ optional: true }), handle(keySeen)],
          '/': [pretend({ id: 'root' }), auth.authenticate(), handle(keySeen)],
          '/twice': [
            auth.authenticate({ optional: true }),
            pretend({ id: 'root' }),
            auth.authenticate({ optional: true }),
            handle(keySeen),
          ],
        }),
      },
      async (send) => {
        assertPassed(await send({ path: '/optional' }), { key: null })
        assertPassed(await send({ path: '/twice' }), { key: null })
        for (const path of ['/', '/optional', '/twice']) {
          assertPassed(await send(withKey(tokens.reader, { path })), { key: ids.reader })
        }
        seen.push((await send({})).status)
      },
    )
    assert.deepEqual(seen, [401])
  })

  test("Vary is on the framework's own answers to errors, beside what the application put there", async () => {
    const { keyring, tokens } = await fixture()
    const wrong = (status: number): Error => Object.assign(new Error('no such document'), { status, expose: true })
    await serving(
      {
        keyring,
        routes: ({ auth, use, handle }) => {
          const fails = (status: number) => handle(() => Promise.reject(wrong(status)))
          return {
            '/404': [auth.authenticate(), fails(404)],
            '/500': [auth.authenticate(), auth.require('docs:read'), fails(500)],
            '/optional': [auth.authenticate({ optional: true }), fails(404)],
            '/after': [auth.authenticate(), use(() => Promise.reject(wrong(500))), fails(404)],
          }
        },
      },
      async (send) => {
        for (const path of ['/404', '/500', '/after', '/optional']) {
          const reply = await send(withKey(tokens.reader, { path }))
          assert.ok(reply.status >= 400, path)
          assert.equal(ownHeaders(reply).vary, 'Authorization, X-API-Key', path)
        }
        assert.equal(ownHeaders(await send({ path: '/optional' })).vary, 'Authorization, X-API-Key')
      },
    )
  })

  test('stripCredential takes the credential out of what was made of the headers before, too', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        options: { stripCredential: true },
        routes: ({ auth, use, handle }) => ({
          '/': [
            use((req) => void req.headersDistinct),
            auth.authenticate(),
            handle((_, { headersDistinct }) => ({ seen: headersDistinct['authorization'] ?? null })),
          ],
        }),
      },
      async (send) => {
        const reply = await send(withKey(tokens.reader))
        assert.equal(reply.status, 200)
        assert.ok(!reply.body.includes(tokens.reader.slice(-49)), 'the token is still there')
      },
    )
  })
}

/** Routes without a guard, where one is demanded. */
export function guarded({ test, serving, fixture }: Suite): void {
  const options = { guarded: true } as const

  test('guarded answers 500 in place of a handler that no guard stood before, and says so once', async () => {
    const { keyring, tokens } = await fixture()
    const heard = await listening(async () => {
      await serving(plainApp(keyring, options), async (send) => {
        for (const _ of [1, 2]) assertRefusal(await send(withKey(tokens.writer)), refusals.guard_missing)
        assertRefusal(await send(withKey(tokens.writer, { method: 'HEAD' })), refusals.guard_missing, 'HEAD')
      })
    })
    assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_MISSING'])
    assert.equal(heard.denied.length, 3)
  })

  test('guarded passes what any guard let pass, and leaves refusals as they are', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      {
        keyring,
        options,
        routes: ({ auth, handle }) => ({
          '/require': [auth.authenticate(), auth.require('docs:read'), handle(keySeen)],
          '/any': [auth.authenticate(), auth.requireAny('docs:read'), handle(keySeen)],
          '/workspace': [auth.authenticate(), auth.workspace(async () => 'ws_acme'), handle(keySeen)],
          '/environment': [auth.authenticate(), auth.environment('production'), handle(keySeen)],
          '/check': [auth.authenticate(), auth.check(() => true), handle(keySeen)],
          '/twice': [auth.authenticate(), auth.authenticate(), auth.check(() => true), handle(keySeen)],
          '/open': [auth.authenticate({ guarded: false }), handle(keySeen)],
        }),
      },
      async (send) => {
        for (const path of ['/require', '/any', '/workspace', '/environment', '/check', '/twice', '/open']) {
          assertPassed(await send(withKey(tokens.reader, { path })), { key: ids.reader })
          assertRefusal(await send({ path }), refusals.missing_credentials)
        }
        assertRefusal(await send(withKey(tokens.staging, { path: '/environment' })), refusals.wrong_environment)
      },
    )
  })

  test('guarded lets errors of handlers out, but no part of an answer, and nothing that it prepared', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        options,
        routes: ({ auth, use, handle }) => ({
          '/error': [auth.authenticate(), handle(() => Promise.reject(new Error('the database said no')))],
          '/stream': [
            use((_, res) => void res.setHeader('X-Request-Id', '7')),
            auth.authenticate(),
            use((_, res) => {
              res.statusCode = 200
              res.setHeader('Content-Type', 'text/plain')
              res.setHeader('Set-Cookie', 'seen=1')
              res.write('first')
              res.write('second')
              res.end('third')
            }),
          ],
          '/head': [auth.authenticate(), use((_, res) => void res.writeHead(200, { 'X-Own': '1' }).end('own'))],
        }),
      },
      async (send) => {
        assert.equal((await send(withKey(tokens.writer, { path: '/error' }))).status, 500)
        assertRefusal(await send(withKey(tokens.writer, { path: '/head' })), refusals.guard_missing)
        const more = { 'x-request-id': '7' }
        assertRefusal(await send(withKey(tokens.writer, { path: '/stream' })), { ...refusals.guard_missing, more })
      },
    )
  })
}
