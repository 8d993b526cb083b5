import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { assertPassed, assertRefusal, ownHeaders } from './expect.ts'
import { type Fixture, makeFixture, type TokenName } from './fixture.ts'
import { longJwt, shortJwt } from './other-bearer.ts'
import type { ContractApp, ContractAuthOptions, ContractEitherOptions, ContractKit } from './options.ts'
import { malformed, missing, refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** An authenticator of the application, which counts how often it was asked. */
export interface Counted {
  asked: number
  readonly work: (req: IncomingMessage) => 'pass' | number
}

export type Work = Parameters<ContractKit<unknown>['authenticator']>[0]

/** Lets JWTs pass, and answers 418 to everything else: no status of ours. */
export function forJwts(): Counted {
  const counted: Counted = {
    asked: 0,
    work({ headers }) {
      counted.asked += 1
      return headers.authorization?.startsWith('Bearer eyJ') === true || headers.cookie !== undefined ? 'pass' : 418
    },
  }
  return counted
}

/** `either` with that authenticator, and then these guards before the usual handler. */
function eitherApp(
  keyring: Fixture['keyring'],
  { work }: { readonly work: Work },
  given: {
    readonly options?: ContractAuthOptions
    readonly either?: ContractEitherOptions
    readonly guards?: <Middleware>(auth: ContractKit<Middleware>['auth']) => readonly Middleware[]
  } = {},
): ContractApp {
  const { options = {}, either, guards = () => [] } = given
  return {
    keyring,
    options,
    routes: ({ auth, authenticator, handle }) => ({
      '/': [auth.either(authenticator(work), either), ...guards(auth), handle(keySeen)],
    }),
  }
}

const session = { fields: [['Cookie', 'session=1']] } as const

/** An authenticator of the application beside ours: `either`. */
export function either({ test, serving, fixture }: Suite): void {
  test('either: a key of ours is verified, cold and warm, and the other authenticator is not asked', async () => {
    const { restart, tokens, ids } = await fixture()
    const jwts = forJwts()
    await serving(eitherApp(restart(), jwts, { options: { header: 'X-API-Key' } }), async (send) => {
      for (const attempt of ['cold', 'warm']) {
        const reply = await send(withKey(tokens.reader))
        assert.equal(reply.status, 200, attempt)
        assertPassed(reply, { key: ids.reader })
        assertPassed(await send({ fields: [['X-API-Key', tokens.reader]] }), { key: ids.reader })
        assertPassed(await send(withKey(tokens.reader, session)), { key: ids.reader })
        assertPassed(await send(withKey(shortJwt, { fields: [['X-API-Key', tokens.reader]] })), { key: ids.reader })
      }
    })
    assert.equal(jwts.asked, 0)
  })

  test('either: a bad or a damaged key of ours is refused, and the other authenticator is not asked', async () => {
    const { restart, tokens } = await fixture()
    const jwts = forJwts()
    await serving(eitherApp(restart(), jwts), async (send) => {
      const codes = {
        revoked: 'key_revoked',
        disabled: 'key_disabled',
        expired: 'key_expired',
        orphan: 'owner_gone',
      } as const
      for (const more of [{}, session]) {
        for (const [name, code] of Object.entries(codes)) {
          assertRefusal(await send(withKey(tokens[name as TokenName], more)), refusals[code])
        }
        assertRefusal(await send(withKey(tokens.unknown, more)), refusals.invalid_key)
        assertRefusal(await send(withKey(`"${tokens.reader}"`, more)), malformed('surrounding_quotes'))
        assertRefusal(await send(withKey(tokens.reader.slice(0, 20), more)), malformed('truncated'))
        assertRefusal(await send(withKey('YOUR_API_KEY', more)), malformed('placeholder'))
      }
      assertRefusal(await send({ fields: [['Authorization', tokens.reader]] }), missing('missing_scheme'))
      assertRefusal(
        await send({ fields: [['Authorization', `Token ${tokens.reader}`]] }),
        missing('unsupported_scheme'),
      )
      assertRefusal(await send({ ...session, path: `/?key=${tokens.reader}` }), missing('credential_in_url'))
      const two = [
        ['Authorization', `Bearer ${shortJwt}`] as const,
        ['Authorization', `Bearer ${tokens.reader}`] as const,
      ]
      assertRefusal(await send({ fields: two }), refusals.multiple_credentials)
    })
    assert.equal(jwts.asked, 0)
  })

  test('either: all others are asked the other authenticator, which answers as it likes', async () => {
    const { keyring } = await fixture()
    const jwts = forJwts()
    let handled = 0
    const app: ContractApp = {
      keyring,
      routes: ({ auth, authenticator, handle }) => ({
        '/': [auth.either(authenticator(jwts.work)), handle((apiKey) => ((handled += 1), keySeen(apiKey)))],
      }),
    }
    await serving(app, async (send) => {
      for (const fields of [[], [['Authorization', 'Basic eDp5']], [['Authorization', 'Bearer opaque']]] as const) {
        const reply = await send({ fields })
        assert.deepEqual([reply.status, reply.body, ownHeaders(reply).vary], [418, '', 'Authorization, X-API-Key'])
      }
    })
    assert.deepEqual([jwts.asked, handled], [3, 0])
  })

  test('either: who the other authenticator lets pass reaches the handler without a key, and is not counted', async () => {
    const own = await makeFixture()
    const later = forJwts()
    const work = async (req: IncomingMessage): Promise<'pass' | number> => (await setImmediate(), later.work(req))
    for (const given of [forJwts(), { work }]) {
      await serving(eitherApp(own.keyring, given, { either: { permissionsOf: () => ['docs:read'] } }), async (send) => {
        assertPassed(await send(withKey(shortJwt)), { key: null })
        assertPassed(await send(withKey(longJwt)), { key: null })
        assertPassed(await send(session), { key: null })
      })
    }
    assert.equal((await own.readUsage()).length, 0)
    await own.close()
  })

  test('either: an identity that other code put there does not stay, nor what the other authenticator put there', async () => {
    const { keyring } = await fixture()
    const seen: unknown[] = []
    await serving(
      {
        keyring,
        routes: ({ auth, authenticator, pretend, handle }) => ({
          '/before': [pretend({ id: 'forged' }), auth.either(authenticator(() => 'pass')), handle(keySeen)],
          '/other': [auth.either(pretend({ id: 'forged' })), handle((apiKey) => (seen.push(apiKey), keySeen(apiKey)))],
        }),
      },
      async (send) => {
        assertPassed(await send({ path: '/before' }), { key: null })
        assertPassed(await send({ path: '/other' }), { key: null })
      },
    )
    assert.deepEqual(seen, [undefined])
  })

  test('either: what the other authenticator throws reaches the host, and never the handler', async () => {
    const { keyring } = await fixture()
    const asked: string[] = []
    const fails = (): never => {
      throw new Error('the issuer is down')
    }
    await serving(
      {
        keyring,
        routes: ({ auth, authenticator, handle }) => ({
          '/': [auth.either(authenticator(fails)), handle((apiKey) => (asked.push('handler'), keySeen(apiKey)))],
        }),
      },
      async (send) => assert.equal((await send(withKey(shortJwt))).status, 500),
    )
    assert.deepEqual(asked, [])
  })

  test('either: with `guarded` a route without a guard answers 500 to both, and the other authenticator may answer', async () => {
    const { keyring, tokens, ids } = await fixture()
    const heard = await listening(async () => {
      const app = eitherApp(
        keyring,
        { work: (req) => (req.headers.cookie === undefined ? 'pass' : 201) },
        { options: { guarded: true } },
      )
      await serving(app, async (send) => {
        assertRefusal(await send(withKey(tokens.reader)), refusals.guard_missing)
        assertRefusal(await send(withKey(shortJwt)), refusals.guard_missing)
        assert.equal((await send(session)).status, 201)
      })
    })
    assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_MISSING'])
    const guards = eitherApp(keyring, forJwts(), {
      options: { guarded: true },
      either: { permissionsOf: () => ['docs:read'] },
      guards: (auth) => [auth.require('docs:read')],
    })
    await serving(guards, async (send) => {
      assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      assertPassed(await send(withKey(shortJwt)), { key: null })
    })
  })

  test('either: a preflight is answered without asking the other authenticator, where the host wants that', async () => {
    const { keyring } = await fixture()
    const jwts = forJwts()
    await serving(eitherApp(keyring, jwts, { options: { skipPreflight: true } }), async (send) => {
      const fields = [['Origin', 'https://app.test'] as const, ['Access-Control-Request-Method', 'GET'] as const]
      assert.equal((await send({ method: 'OPTIONS', fields })).status, 204)
    })
    assert.equal(jwts.asked, 0)
  })

  test('either: 60 requests at once, of keys and of others, never see each other', async () => {
    const { restart, tokens, ids } = await fixture()
    const app: ContractApp = {
      keyring: restart(),
      routes: ({ auth, authenticator, use, handle }) => ({
        '/': [
          auth.either(
            authenticator(() => setImmediate('pass')),
            { permissionsOf: async ({ url = '' }) => (await setImmediate(), url === '/?may' ? ['docs:read'] : []) },
          ),
          use(() => setImmediate()),
          auth.require('docs:read'),
          handle(async (apiKey) => (await setImmediate(), keySeen(apiKey))),
        ],
      }),
    }
    await serving(app, async (send) => {
      const kinds = Array.from({ length: 60 }, (_, index) => index % 3)
      const requests = [withKey(tokens.reader), withKey(shortJwt, { path: '/?may' }), withKey(shortJwt)]
      const replies = await Promise.all(kinds.map((kind) => send(requests[kind] ?? {})))
      for (const [index, reply] of replies.entries()) {
        if (kinds[index] === 0) assertPassed(reply, { key: ids.reader })
        else if (kinds[index] === 1) assertPassed(reply, { key: null })
        else assert.equal(reply.status, 403)
      }
    })
  })
}
