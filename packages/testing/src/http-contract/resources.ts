import { assert } from '../assert.ts'
import { guardedApp, keySeen } from './apps.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { makeFixture } from './fixture.ts'
import type { ContractHost } from './options.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

const projectOf = ({ url = '' }: ContractHost): string | null =>
  new URL(url, 'http://contract.test').searchParams.get('project')

/** Keys that reach some resources only. */
export function resources({ test, serving, fixture }: Suite): void {
  test('resource passes a key that reaches the resource, and refuses one that does not, now or later', async () => {
    const { keyring, tokens, ids } = await fixture()
    const later = async (host: ContractHost): Promise<string | null> => projectOf(host)
    for (const selector of [projectOf, later]) {
      await serving(
        guardedApp(keyring, (auth) => [auth.require('docs:read'), auth.resource('project', selector)]),
        async (send) => {
          for (const project of ['p1', 'p+2', 'p%202']) {
            assertPassed(await send(withKey(tokens.limited, { path: `/?project=${project}` })), { key: ids.limited })
          }
          for (const project of ['p3', 'P1', 'p1+', '+p1', 'p', '__proto__', 'constructor', 'x'.repeat(300), '%00']) {
            const reply = await send(withKey(tokens.limited, { path: `/?project=${project}` }))
            assertRefusal(reply, refusals.resource_not_allowed)
          }
        },
      )
    }
  })

  test('a key that is not limited reaches every resource, also of a type that another key is limited by', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      {
        keyring,
        routes: ({ auth, handle }) => ({
          '/project': [auth.authenticate(), auth.resource('project', projectOf), handle(keySeen)],
          '/dataset': [auth.authenticate(), auth.resource('dataset', projectOf), handle(keySeen)],
        }),
      },
      async (send) => {
        assertPassed(await send(withKey(tokens.reader, { path: '/project?project=p9' })), { key: ids.reader })
        assertPassed(await send(withKey(tokens.limited, { path: '/dataset?project=d9' })), { key: ids.limited })
      },
    )
  })

  test('resource goes by what key and owner both reach now', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.resource('project', projectOf)]),
      async (send) => {
        assertPassed(await send(withKey(tokens.bounded, { path: '/?project=p1' })), { key: ids.bounded })
        for (const project of ['p+2', 'p3']) {
          const reply = await send(withKey(tokens.bounded, { path: `/?project=${project}` }))
          assertRefusal(reply, refusals.resource_not_allowed)
        }
      },
    )
  })

  test('the handler gets what the key reaches, frozen, to filter lists by', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [
            auth.authenticate(),
            handle((apiKey) => ({
              reached: apiKey?.resources ?? null,
              isFrozen:
                Object.isFrozen(apiKey?.resources) && Object.values(apiKey?.resources ?? {}).every(Object.isFrozen),
            })),
          ],
        }),
      },
      async (send) => {
        const seen = async (token: string): Promise<unknown> => JSON.parse((await send(withKey(token))).body)
        assert.deepEqual(await seen(tokens.reader), { reached: {}, isFrozen: true })
        assert.deepEqual(await seen(tokens.limited), { reached: { project: ['p 2', 'p1'] }, isFrozen: true })
        assert.deepEqual(await seen(tokens.bounded), { reached: { project: ['p1'] }, isFrozen: true })
      },
    )
  })

  test('resource answers 500 when the selector gives no id, throws or rejects, also for a key that reaches all', async () => {
    const { keyring, tokens } = await fixture()
    const selectors: readonly (() => unknown)[] = [
      ...[undefined, null, '', 7, ['p1'], {}, true, Object('p1')].map((value: unknown) => () => value),
      () => Promise.resolve(undefined),
      () => Promise.resolve(['p1']),
      () => Promise.reject(new Error('rejected')),
      () => {
        throw new Error('thrown')
      },
    ]
    for (const selector of selectors) {
      const heard = await listening(() =>
        serving(
          guardedApp(keyring, (auth) => [auth.resource('project', selector)]),
          async (send) => {
            for (const token of [tokens.limited, tokens.reader, tokens.limited]) {
              assertRefusal(await send(withKey(token)), refusals.guard_failed)
            }
          },
        ),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_FAILED'])
    }
  })

  test('resource alone is no guard where one is demanded', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      {
        keyring,
        options: { guarded: true },
        routes: ({ auth, handle }) => ({
          '/alone': [auth.authenticate(), auth.resource('project', projectOf), handle(keySeen)],
          '/both': [
            auth.authenticate(),
            auth.resource('project', projectOf),
            auth.require('docs:read'),
            handle(keySeen),
          ],
        }),
      },
      async (send) => {
        assertRefusal(await send(withKey(tokens.reader, { path: '/alone?project=p1' })), refusals.guard_missing)
        assertRefusal(await send(withKey(tokens.limited, { path: '/alone?project=p9' })), refusals.resource_not_allowed)
        assertPassed(await send(withKey(tokens.limited, { path: '/both?project=p1' })), { key: ids.limited })
      },
    )
  })

  test('a resource that is not reached counts as denied by its code and type, a key of an undeclared type by the code', async () => {
    const { keyring, tokens, readUsage, close } = await makeFixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.resource('project', projectOf)]),
      async (send) => {
        for (const [token, project] of [
          [tokens.limited, 'p1'],
          [tokens.limited, 'p9'],
          [tokens.bounded, 'p3'],
          [tokens.undeclared, 'p1'],
        ] as const) {
          await send(withKey(token, { path: `/?project=${project}` }))
        }
      },
    )
    await keyring.flush()
    const counts = (await readUsage()).map(({ allowed, denied }) => ({ allowed, denied }))
    const deniedBy = (cause: string): number => counts.reduce((sum, { denied }) => sum + (denied[cause] ?? 0), 0)
    assert.equal(
      counts.reduce((sum, { allowed }) => sum + allowed, 0),
      1,
    )
    assert.deepEqual([deniedBy('resource_not_allowed project'), deniedBy('resource_not_allowed')], [2, 1])
    await close()
  })

  test('usage: an owner that lacks the permission counts as denied by that code and the permission', async () => {
    const { keyring, tokens, readUsage, close } = await makeFixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.require('docs:read')]),
      async (send) => void (await send(withKey(tokens.demoted))),
    )
    await keyring.flush()
    const [counts] = await readUsage()
    assert.deepEqual({ ...counts?.denied }, { 'owner_lacks_permission docs:read': 1 })
    await close()
  })

  test('a guard for a type that is not declared, or without a selector, does not start', async () => {
    const { keyring } = await fixture()
    const wrong: readonly (readonly [unknown, unknown, RegExp])[] = [
      ['projct', projectOf, /did you mean "project"\?/],
      ['folder', projectOf, /Declared: project, dataset/],
      ['constructor', projectOf, /not a declared type/],
      [undefined, projectOf, /not a declared type/],
      [['project'], projectOf, /not a declared type/],
      ['project', undefined, /Expected auth\.resource\(\) to get a function/],
      ['project', 'p1', /Expected auth\.resource\(\) to get a function/],
    ]
    for (const [type, selector, message] of wrong) {
      const app = guardedApp(keyring, (auth) => [auth.resource(type as string, selector as () => unknown)])
      await assert.rejects(() => serving(app, async () => {}), message)
    }
  })
}
