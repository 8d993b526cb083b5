import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { countingLimiter } from './counting-limiter.ts'
import { assertPassed } from './expect.ts'
import { makeFixture } from './fixture.ts'
import type { ContractApp } from './options.ts'
import { shortJwt } from './other-bearer.ts'
import { type Suite, withKey } from './suite.ts'

/** What limits make of those whom another authenticator let pass. */
export function eitherLimits({ test, serving }: Suite): void {
  test('either: limits count keys, and the principal of the other authenticator passes them uncounted', async () => {
    const own = await makeFixture()
    const limiter = countingLimiter(own.clock)
    const app: ContractApp = {
      keyring: own.keyring,
      routes: ({ auth, authenticator, handle }) => {
        const limit = auth.limit({ limiter, by: 'key', rule: { requests: 1, per: '1m' } })
        return { '/': [auth.either(authenticator(() => 'pass')), limit, handle(keySeen)] }
      },
    }
    await serving(app, async (send) => {
      for (const _ of [1, 2, 3]) assertPassed(await send(withKey(shortJwt)), { key: null })
      assert.equal((await send(withKey(own.tokens.reader))).status, 200)
      assert.equal((await send(withKey(own.tokens.reader))).status, 429)
      assertPassed(await send(withKey(shortJwt)), { key: null })
    })
    await own.close()
  })

  test('either: failures are counted where the answer is ours, and not where the other authenticator answers', async () => {
    const own = await makeFixture()
    const limiter = countingLimiter(own.clock)
    const app: ContractApp = {
      keyring: own.keyring,
      routes: ({ auth, authenticator, handle }) => {
        const failures = auth.limitFailures({ limiter, by: () => 'client', rule: { requests: 2, per: '10m' } })
        const absent = auth.either(
          authenticator(() => 'pass'),
          { permissionsOf: () => null },
        )
        return {
          '/other': [failures, auth.either(authenticator(() => 401)), handle(keySeen)],
          '/none': [failures, absent, handle(keySeen)],
        }
      },
    }
    await serving(app, async (send) => {
      const statuses: number[] = []
      for (const path of ['/other', '/other', '/other', '/none', '/none', '/none', '/other']) {
        statuses.push((await send(withKey(shortJwt, { path }))).status)
      }
      assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429])
    })
    await own.close()
  })
}
