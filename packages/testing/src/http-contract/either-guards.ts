import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import type { Fixture } from './fixture.ts'
import { hostileErrors } from './hostile-errors.ts'
import type { ContractApp, ContractAuthOptions, ContractEitherOptions, ContractKit } from './options.ts'
import { shortJwt } from './other-bearer.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** What guards ask of those whom another authenticator let pass. */
export function eitherGuards({ test, serving, fixture }: Suite): void {
  /** `either` with an authenticator that lets every request pass, and a route for each guard. */
  const guardedBy = (
    { keyring }: Pick<Fixture, 'keyring'>,
    given: ContractEitherOptions | undefined,
    guards: <Middleware>(auth: ContractKit<Middleware>['auth']) => Readonly<Record<string, Middleware | undefined>>,
    options: ContractAuthOptions = {},
  ): ContractApp => ({
    keyring,
    options,
    routes: ({ auth, authenticator, handle }) =>
      Object.fromEntries(
        Object.entries(guards(auth)).map(([path, guard]) => [
          path,
          [
            auth.either(
              authenticator(() => 'pass'),
              given,
            ),
            ...(guard === undefined ? [] : [guard]),
            handle(keySeen),
          ],
        ]),
      ),
  })

  test('either: require and requireAny go by the grants of the principal, with wildcards, and name what they ask for', async () => {
    const made = await fixture()
    const all = (auth: ContractKit<never>['auth']): Record<string, never> => ({
      '/read': auth.require('docs:read'),
      '/write': auth.require('docs:write', 'docs:list'),
      '/any': auth.requireAny('docs:write', 'docs:list'),
      '/keys': auth.require('keys:manage'),
    })
    const passes = async (grants: readonly string[], passed: readonly string[]): Promise<void> => {
      for (const permissionsOf of [() => grants, async () => grants]) {
        await serving(guardedBy(made, { permissionsOf }, all as never), async (send) => {
          for (const path of ['/read', '/write', '/any', '/keys']) {
            const reply = await send(withKey(shortJwt, { path }))
            if (passed.includes(path)) assertPassed(reply, { key: null })
            else assert.deepEqual([reply.status, codeOf(reply.body)], [403, 'insufficient_permission'])
            if (path === '/write' && !passed.includes(path)) assertRefusal(reply, refusals.others_permissions)
          }
        })
      }
    }
    await passes([], [])
    await passes(''.split(' '), [])
    await passes(['docs:read', 'openid', 'billing:read'], ['/read'])
    await passes(['docs:list'], ['/any'])
    await passes(['docs:*'], ['/read', '/write', '/any'])
    await passes(['*:*', '*:manage', 'keys:*'], ['/read', '/write', '/any'])
    await passes(['keys:manage'], ['/keys'])
  })

  test('either: keys are asked as ever by the same guards', async () => {
    const made = await fixture()
    const { tokens, ids } = made
    const app = guardedBy(made, { permissionsOf: () => ['*:*'] }, (auth) => ({
      '/': auth.require('docs:write', 'docs:list'),
    }))
    await serving(app, async (send) => {
      assertPassed(await send(withKey(tokens.writer)), { key: ids.writer })
      assertRefusal(await send(withKey(tokens.reader)), refusals.insufficient_permissions)
    })
  })

  test('either: permissionsOf that fails, or returns anything but a list of texts, answers 500 on every route', async () => {
    const made = await fixture()
    const wrong: readonly unknown[] = [
      'docs:read',
      undefined,
      7,
      true,
      {},
      [7],
      ['docs:read', undefined],
      new Set(['docs:read']),
    ]
    let answer: unknown
    for (const wrap of [(value: unknown) => value, (value: unknown) => Promise.resolve(value)]) {
      const app = guardedBy(made, { permissionsOf: () => wrap(answer) as never }, (auth) => ({
        '/': auth.check(
          () => true,
          () => true,
        ),
        '/guard': auth.requireAny('docs:read'),
        '/open': undefined,
      }))
      await serving(app, async (send) => {
        for (answer of wrong) {
          assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed)
          assertRefusal(await send(withKey(shortJwt, { path: '/guard' })), refusals.guard_failed)
          assertRefusal(await send(withKey(shortJwt, { path: '/open' })), refusals.guard_failed)
        }
      })
    }
    let thrown: unknown
    const throws = (): never => {
      throw thrown
    }
    for (const permissionsOf of [throws, () => Promise.reject(thrown)]) {
      const app = guardedBy(made, { permissionsOf }, (auth) => ({ '/': auth.require('docs:read') }))
      await serving(app, async (send) => {
        for (thrown of hostileErrors()) assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed)
      })
    }
  })

  test('either: the error of permissionsOf is handed to the host, not to the client', async () => {
    const made = await fixture()
    const error = new Error('no such user')
    const app = guardedBy(made, { permissionsOf: () => Promise.reject(error) }, (auth) => ({
      '/': auth.require('docs:read'),
    }))
    const heard = await listening(() =>
      serving(app, async (send) => {
        assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed)
        assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed)
      }),
    )
    assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_FAILED'])
    assert.deepEqual(heard.errors, [error, error])
  })

  test('either: null says that there is no principal: 401, or anonymous where a key is optional', async () => {
    const made = await fixture()
    const absent: ContractEitherOptions = {
      permissionsOf: () => null,
      workspace: () => assert.fail('asked although there is no principal'),
    }
    const guards: Parameters<typeof guardedBy>[2] = (auth) => ({
      '/': auth.require('docs:read'),
      '/optional': auth.authenticate({ optional: true }),
    })
    await serving(guardedBy(made, absent, guards), async (send) => {
      assertRefusal(await send(withKey(shortJwt)), refusals.missing_credentials)
      assertRefusal(await send({ path: '/optional' }), refusals.missing_credentials)
    })
    await serving(guardedBy(made, absent, guards, { optional: true }), async (send) => {
      assertRefusal(await send(withKey(shortJwt)), refusals.missing_credentials)
      assertPassed(await send({ path: '/optional' }), { key: null })
    })
  })

  test('either: workspace and environment go by their selectors, and refuse where there are none', async () => {
    const made = await fixture()
    const guards: Parameters<typeof guardedBy>[2] = (auth) => ({
      '/ws': auth.workspace(() => 'ws_acme'),
      '/ws/later': auth.workspace(async () => 'ws_acme'),
      '/env': auth.environment('production', 'ci'),
    })
    const replies = async (given: ContractEitherOptions | undefined, expected: 200 | 403): Promise<void> =>
      serving(guardedBy(made, given, guards), async (send) => {
        for (const path of ['/ws', '/ws/later', '/env']) {
          const reply = await send(withKey(shortJwt, { path }))
          if (expected === 200) assertPassed(reply, { key: null })
          else assertRefusal(reply, path === '/env' ? refusals.others_environment : refusals.others_permission)
        }
      })
    await replies(undefined, 403)
    await replies({ permissionsOf: () => ['*:*'] }, 403)
    await replies({ workspace: () => null, environment: () => null }, 403)
    await replies({ workspace: () => 'ws_other', environment: () => 'staging' }, 403)
    await replies({ workspace: () => [], environment: () => [] }, 403)
    await replies({ workspace: () => 'ws_acme', environment: () => 'ci' }, 200)
    await replies({ workspace: async () => ['ws_other', 'ws_acme'], environment: async () => ['ci', 'staging'] }, 200)
  })

  test('either: resource goes by what the principal reaches, and refuses where nothing is said', async () => {
    const made = await fixture()
    const guards: Parameters<typeof guardedBy>[2] = (auth) => ({
      '/now': auth.resource('project', () => 'p1'),
      '/later': auth.resource('project', async () => 'p1'),
    })
    const replies = async (given: ContractEitherOptions | undefined, expected: 200 | 403 | 500): Promise<void> =>
      serving(guardedBy(made, given, guards), async (send) => {
        for (const path of ['/now', '/later']) {
          const reply = await send(withKey(shortJwt, { path }))
          if (expected === 200) assertPassed(reply, { key: null })
          else assertRefusal(reply, expected === 403 ? refusals.others_resource : refusals.guard_failed)
        }
      })
    await replies(undefined, 403)
    await replies({ permissionsOf: () => ['*:*'] }, 403)
    await replies({ resources: () => null }, 403)
    await replies({ resources: () => ({ project: [] }) }, 403)
    await replies({ resources: () => ({ project: ['P1', 'p1 '] }) }, 403)
    await replies({ resources: () => ({ project: ['p1'] }) }, 200)
    await replies({ resources: async () => ({ dataset: [] }) }, 200)
    await replies({ resources: () => ({}) }, 200)
    for (const wrong of [undefined, 'p1', ['p1'], { project: 'p1' }, { project: undefined }, { projct: ['p1'] }]) {
      await replies({ resources: () => wrong as never }, 500)
    }
  })

  test('either: a selector that fails, or returns what is no text, answers 500', async () => {
    const made = await fixture()
    const wrong: readonly unknown[] = [undefined, '', 7, true, {}, [undefined], ['ws_acme', 7]]
    for (const answer of wrong) {
      for (const name of ['workspace', 'environment']) {
        const given = { [name]: () => answer } as ContractEitherOptions
        await serving(
          guardedBy(made, given, (auth) => ({ '/': auth.workspace(() => 'ws_acme') })),
          async (send) => assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed),
        )
      }
    }
    const given: ContractEitherOptions = { workspace: () => Promise.reject(new Error('rejected')) }
    await serving(
      guardedBy(made, given, (auth) => ({ '/': auth.workspace(() => 'ws_acme') })),
      async (send) => assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed),
    )
  })

  test('either: workspace answers 500 when its own selector gives no workspace, for others as for keys', async () => {
    const made = await fixture()
    const selectors: readonly (() => unknown)[] = [
      () => undefined,
      () => ['ws_acme'],
      () => Promise.reject(new Error('rejected')),
    ]
    for (const selector of selectors) {
      await serving(
        guardedBy(made, { workspace: () => 'ws_acme' }, (auth) => ({ '/': auth.workspace(selector) })),
        async (send) => {
          assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed)
          assertRefusal(await send(withKey(made.tokens.reader)), refusals.guard_failed)
        },
      )
    }
  })

  test('either: check has a test of its own for others, and refuses them without one', async () => {
    const made = await fixture()
    const { tokens, ids } = made
    const app = guardedBy(made, { permissionsOf: () => ['*:*'] }, (auth) => ({
      '/keys': auth.check(() => true),
      '/both': auth.check(
        (apiKey) => apiKey.name === 'reader',
        ({ url }) => url === '/both?yes',
      ),
      '/later': auth.check(
        () => true,
        async ({ url }) => url === '/later?yes',
      ),
    }))
    await serving(app, async (send) => {
      assertPassed(await send(withKey(tokens.reader, { path: '/keys' })), { key: ids.reader })
      assertRefusal(await send(withKey(shortJwt, { path: '/keys' })), refusals.others_permission)
      assertPassed(await send(withKey(tokens.reader, { path: '/both' })), { key: ids.reader })
      for (const path of ['/both', '/later']) {
        assertRefusal(await send(withKey(shortJwt, { path })), refusals.others_permission)
        assertPassed(await send(withKey(shortJwt, { path: `${path}?yes` })), { key: null })
      }
    })
    const wrong: readonly (() => unknown)[] = [
      ...[1, 'true', undefined, null, Promise.resolve(1)].map((value) => () => value),
      () => Promise.reject(new Error('rejected')),
    ]
    for (const answer of wrong) {
      const broken = guardedBy(made, {}, (auth) => ({
        '/': auth.check(() => true, answer as () => boolean),
      }))
      await serving(broken, async (send) => assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed))
    }
  })
}

function codeOf(body: string): unknown {
  return (JSON.parse(body) as { readonly code?: unknown }).code
}
