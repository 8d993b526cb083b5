import { assert } from '../assert.ts'
import { guardedApp, keySeen } from './apps.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { missing, refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

const workspaceOf = ({ url = '' }: { readonly url?: string }): string | null =>
  new URL(url, 'http://contract.test').searchParams.get('ws')

/** Guards: what a verified key is good for. */
export function guards({ test, serving, fixture }: Suite): void {
  test('require passes a key that holds every permission', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.require('docs:write', 'docs:list')]),
      async (send) => {
        assertPassed(await send(withKey(tokens.writer)), { key: ids.writer })
      },
    )
  })

  test('require refuses a key that lacks one, and names what is required', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.require('docs:write', 'docs:list')]),
      async (send) => {
        assertRefusal(await send(withKey(tokens.reader)), refusals.insufficient_permissions)
      },
    )
  })

  test('requireAny passes a key that holds one, and refuses a key that holds none', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.requireAny('docs:write', 'docs:read')]),
      async (send) => {
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      },
    )
    await serving(
      guardedApp(keyring, (auth) => [auth.requireAny('docs:write', 'docs:list')]),
      async (send) => {
        assertRefusal(await send(withKey(tokens.reader)), refusals.insufficient_permissions)
      },
    )
  })

  test('require tells when it is the owner who lacks the permission', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.require('docs:read')]),
      async (send) => {
        assertRefusal(await send(withKey(tokens.demoted)), refusals.owner_lacks_permission)
      },
    )
  })

  test('of two guards in a row both must pass', async () => {
    const { keyring, tokens, ids } = await fixture()
    const both = guardedApp(keyring, (auth) => [auth.require('docs:read'), auth.require('docs:write', 'docs:list')])
    await serving(both, async (send) => {
      assertRefusal(await send(withKey(tokens.reader)), refusals.insufficient_permissions)
      assertPassed(await send(withKey(tokens.writer)), { key: ids.writer })
    })
  })

  test('workspace refuses the key of another workspace, also with a selector that takes its time', async () => {
    const { keyring, tokens, ids } = await fixture()
    const later = async (host: { readonly url?: string }): Promise<string | null> => workspaceOf(host)
    for (const selector of [workspaceOf, later]) {
      await serving(
        guardedApp(keyring, (auth) => [auth.workspace(selector)]),
        async (send) => {
          assertPassed(await send(withKey(tokens.reader, { path: '/?ws=ws_acme' })), { key: ids.reader })
          assertPassed(await send(withKey(tokens.elsewhere, { path: '/?ws=ws_other' })), { key: ids.elsewhere })
          assertRefusal(await send(withKey(tokens.elsewhere, { path: '/?ws=ws_acme' })), refusals.wrong_workspace)
          assertRefusal(await send(withKey(tokens.reader, { path: '/?ws=WS_ACME' })), refusals.wrong_workspace)
        },
      )
    }
  })

  test('workspace answers 500 when the selector gives no workspace, throws or rejects', async () => {
    const { keyring, tokens } = await fixture()
    const selectors: readonly (() => unknown)[] = [
      ...[undefined, null, '', 7, ['ws_acme'], {}, true].map((value) => () => value),
      () => Promise.resolve(''),
      () => Promise.reject(new Error('rejected')),
      () => {
        throw new Error('thrown')
      },
    ]
    for (const selector of selectors) {
      await serving(
        guardedApp(keyring, (auth) => [auth.workspace(selector)]),
        async (send) => {
          assertRefusal(await send(withKey(tokens.reader)), refusals.guard_failed)
        },
      )
    }
  })

  test('environment refuses keys of other environments', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.environment('production', 'ci')]),
      async (send) => {
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
        assertRefusal(await send(withKey(tokens.staging)), refusals.wrong_environment)
      },
    )
  })

  test('check passes on true and refuses on false, now or later', async () => {
    const { keyring, tokens, ids } = await fixture()
    for (const wrap of [(value: boolean) => value, (value: boolean) => Promise.resolve(value)]) {
      const app = guardedApp(keyring, (auth) => [auth.check((apiKey, { url }) => wrap(url === `/?k=${apiKey.name}`))])
      await serving({ ...app, routes: app.routes }, async (send) => {
        assertPassed(await send(withKey(tokens.reader, { path: '/?k=reader' })), { key: ids.reader })
        assertRefusal(await send(withKey(tokens.writer, { path: '/?k=reader' })), refusals.insufficient_permission)
      })
    }
  })

  test('check answers 500 on anything but true and false, and on what is thrown', async () => {
    const { keyring, tokens } = await fixture()
    const checks: readonly (() => unknown)[] = [
      ...[1, 0, 'true', '', null, undefined, {}, []].map((value) => () => value),
      () => Promise.resolve(1),
      () => Promise.resolve(undefined),
      () => Promise.reject(new Error('rejected')),
      () => Promise.reject(undefined),
      () => {
        throw new Error('thrown')
      },
      () => {
        throw null
      },
    ]
    for (const check of checks) {
      await serving(
        guardedApp(keyring, (auth) => [auth.check(check as () => boolean)]),
        async (send) => {
          assertRefusal(await send(withKey(tokens.reader)), refusals.guard_failed)
        },
      )
    }
  })

  test('the error of a failing check is handed to the host, not to the client', async () => {
    const { keyring, tokens } = await fixture()
    const error = new Error('the database said no')
    const app = guardedApp(keyring, (auth) => [auth.check(() => Promise.reject(error))])
    const heard = await listening(async () => {
      await serving(app, async (send) => {
        assertRefusal(await send(withKey(tokens.reader)), refusals.guard_failed)
        assertRefusal(await send(withKey(tokens.reader)), refusals.guard_failed)
      })
    })
    assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_FAILED'])
    assert.deepEqual(heard.errors, [error, error])
    assert.equal(heard.denied.length, 2)
  })

  test('a guard without authenticate answers 500 and says so once', async () => {
    const { keyring, tokens } = await fixture()
    const heard = await listening(async () => {
      await serving(
        { keyring, routes: ({ auth, handle }) => ({ '/': [auth.require('docs:read'), handle(keySeen)] }) },
        async (send) => {
          assertRefusal(await send(withKey(tokens.reader)), refusals.guard_without_auth)
          assertRefusal(await send(withKey(tokens.reader)), refusals.guard_without_auth)
        },
      )
    })
    assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_WITHOUT_AUTH'])
  })

  test('every kind of guard answers 500 without authenticate', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        routes: ({ auth, handle }) => ({
          '/any': [auth.requireAny('docs:read'), handle(keySeen)],
          '/workspace': [auth.workspace(() => 'ws_acme'), handle(keySeen)],
          '/resource': [auth.resource('project', () => 'p1'), handle(keySeen)],
          '/environment': [auth.environment('production'), handle(keySeen)],
          '/check': [auth.check(() => true), handle(keySeen)],
        }),
      },
      async (send) => {
        for (const path of ['/any', '/workspace', '/resource', '/environment', '/check']) {
          assertRefusal(await send(withKey(tokens.reader, { path })), refusals.guard_without_auth)
        }
      },
    )
  })

  test('a guard after optional without a key answers 401, with the hint', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.require('docs:read')], { optional: true }),
      async (send) => {
        assertRefusal(await send({}), refusals.missing_credentials)
        assertRefusal(await send({ fields: [['Authorization', 'Basic eDp5']] }), missing('unsupported_scheme'))
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      },
    )
  })
}
