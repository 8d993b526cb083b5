import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { forJwts, type Work } from './either.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import type { ContractApp, ContractKit } from './options.ts'
import { shortJwt } from './other-bearer.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'

/** `either` before and behind other authenticators. */
export function eitherLayers({ test, serving, fixture }: Suite): void {
  test('either: behind an optional authenticator it still asks, and a strict one behind it wants a key', async () => {
    const { keyring, tokens, ids } = await fixture()
    const jwts = forJwts()
    await serving(
      {
        keyring,
        options: { otherBearer: 'pass' },
        routes: ({ auth, authenticator, handle }) => {
          const both = auth.either(authenticator(jwts.work))
          return {
            '/behind': [auth.authenticate({ optional: true }), both, handle(keySeen)],
            '/strict': [both, auth.authenticate(), handle(keySeen)],
            '/optional': [both, auth.authenticate({ optional: true }), handle(keySeen)],
            '/twice': [both, both, handle(keySeen)],
          }
        },
      },
      async (send) => {
        assertPassed(await send(withKey(shortJwt, { path: '/behind' })), { key: null })
        assert.equal((await send({ path: '/behind' })).status, 418)
        assertRefusal(await send(withKey(shortJwt, { path: '/strict' })), refusals.missing_credentials)
        assertPassed(await send(withKey(shortJwt, { path: '/optional' })), { key: null })
        jwts.asked = 0
        assertPassed(await send(withKey(shortJwt, { path: '/twice' })), { key: null })
        assert.equal(jwts.asked, 1)
        for (const path of ['/behind', '/strict', '/optional', '/twice']) {
          assertPassed(await send(withKey(tokens.reader, { path })), { key: ids.reader })
        }
      },
    )
  })

  test('either: another one behind it asks its own authenticator, and guards go by the last', async () => {
    const { keyring, tokens, ids } = await fixture()
    const users = forJwts()
    let isAdministrator = true
    const administrators: Work = () => (isAdministrator ? 'pass' : 418)
    let grants: readonly string[] | null = ['docs:read']
    const routesOf = ({ auth, authenticator, handle }: ContractKit<unknown>): Record<string, unknown[]> => {
      const everyone = auth.either(authenticator(users.work), { permissionsOf: () => ['docs:write'] })
      const few = auth.either(authenticator(administrators), { permissionsOf: () => grants })
      return {
        '/read': [everyone, few, auth.require('docs:read'), handle(keySeen)],
        '/write': [everyone, few, auth.require('docs:write'), handle(keySeen)],
        '/open': [everyone, few, handle(keySeen)],
      }
    }
    for (const optional of [false, true]) {
      isAdministrator = true
      grants = ['docs:read']
      await serving({ keyring, options: { optional }, routes: routesOf as ContractApp['routes'] }, async (send) => {
        assertPassed(await send(withKey(shortJwt, { path: '/read' })), { key: null })
        assert.equal((await send(withKey(shortJwt, { path: '/write' }))).status, 403)
        assertPassed(await send(withKey(tokens.reader, { path: '/read' })), { key: ids.reader })
        isAdministrator = false
        for (const path of ['/read', '/write', '/open'])
          assert.equal((await send(withKey(shortJwt, { path }))).status, 418)
        isAdministrator = true
        grants = null
        for (const path of ['/read', '/write']) {
          assertRefusal(await send(withKey(shortJwt, { path })), refusals.missing_credentials)
        }
      })
    }
    assert.ok(users.asked > 0, 'the first one was asked as well')
  })
}
