import { BusyError } from '@claviger/core'
import { gate } from '../gate.ts'
import { guardedApp, plainApp } from './apps.ts'
import { answering } from './door.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { endOfNotice, makeFixture, type TokenName } from './fixture.ts'
import { malformed, refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { withOtherSecret } from './tokens.ts'

const states: readonly [title: string, token: TokenName, code: keyof typeof refusals][] = [
  ['an unknown key id', 'unknown', 'invalid_key'],
  ['a wrong secret', 'wrongSecret', 'invalid_key'],
  ['a revoked key', 'revoked', 'key_revoked'],
  ['an expired key', 'expired', 'key_expired'],
  ['a disabled key', 'disabled', 'key_disabled'],
  ['a secret that was replaced by rotation', 'rotated', 'key_rotated'],
  ['a key that is limited by an undeclared type of resources', 'undeclared', 'resource_not_allowed'],
  ['a key whose owner is gone, where no permission is asked', 'orphan', 'owner_gone'],
]

/** What a verification becomes on the wire, row by row. */
export function verifications({ test, serving, fixture }: Suite): void {
  for (const [title, token, code] of states) {
    test(`${title} answers ${code}, cold and warm`, async () => {
      const { restart, tokens } = await fixture()
      await serving(plainApp(restart()), async (send) => {
        for (let round = 0; round < 3; round += 1) assertRefusal(await send(withKey(tokens[token])), refusals[code])
      })
    })
  }

  test('a wrong secret answers the same bytes, whatever became of the key', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      for (const name of ['revoked', 'expired', 'disabled', 'rotated', 'orphan', 'reader'] as const) {
        assertRefusal(await send(withKey(withOtherSecret(tokens[name]))), refusals.invalid_key)
      }
    })
  })

  test('a valid key passes, cold and warm, and the handler gets it', async () => {
    const { restart, tokens, ids } = await fixture()
    await serving(plainApp(restart()), async (send) => {
      for (let round = 0; round < 3; round += 1) {
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      }
    })
  })

  test('verbose: false folds every refused key into invalid_key, byte for byte', async () => {
    const { keyring, tokens } = await fixture()
    const app = guardedApp(keyring, (auth) => [auth.workspace(() => 'ws_acme')], { verbose: false })
    await serving(app, async (send) => {
      for (const name of ['unknown', 'revoked', 'expired', 'disabled', 'rotated', 'elsewhere'] as const) {
        assertRefusal(await send(withKey(tokens[name])), refusals.invalid_key)
      }
      assertRefusal(await send(withKey('undefined')), refusals.invalid_key)
      assertRefusal(await send({ fields: [['Authorization', tokens.reader]] }), refusals.missing_credentials)
      assertRefusal(await send(withKey(tokens.orphan)), refusals.owner_gone)
    })
  })

  test('the realm is named in every challenge', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring, { realm: 'Acme API' }), async (send) => {
      assertRefusal(await send({}), { ...refusals.missing_credentials, challenge: 'Bearer realm="Acme API"' })
      const challenge = 'Bearer realm="Acme API", error="invalid_token"'
      assertRefusal(await send(withKey(tokens.revoked)), { ...refusals.key_revoked, challenge })
    })
  })

  test('API-Key-Expires warns of an end within the notice, and of the end of an overlap', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      const more = { 'api-key-expires': endOfNotice }
      assertPassed(await send(withKey(tokens.expiring)), { key: ids.expiring }, more)
      assertPassed(await send(withKey(tokens.overlapping)), { key: ids.overlapping }, more)
      assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
    })
  })

  test('API-Key-Expires is on 403 but not on 401', async () => {
    const { keyring, tokens } = await fixture()
    const more = { 'api-key-expires': endOfNotice }
    await serving(
      guardedApp(keyring, (auth) => [auth.check(() => false)]),
      async (send) => {
        assertRefusal(await send(withKey(tokens.expiring)), { ...refusals.insufficient_permission, more })
      },
    )
    await serving(
      guardedApp(keyring, (auth) => [auth.workspace(() => 'ws_other')]),
      async (send) => {
        assertRefusal(await send(withKey(tokens.expiring)), refusals.wrong_workspace)
      },
    )
  })

  test('a store that fails answers 503, also with optional, and the handler is not reached', async () => {
    const { restart, tokens, ids } = await fixture()
    let failing = true
    const keyring = restart((store) => ({
      ...store,
      find: (asked) => (failing ? Promise.reject(new Error('connection refused')) : store.find(asked)),
    }))
    for (const optional of [false, true]) {
      failing = true
      await serving(plainApp(keyring, { optional }), async (send) => {
        assertRefusal(await send(withKey(tokens.writer)), refusals.temporarily_unavailable)
        // What needs no store is still told.
        assertRefusal(await send(withKey('undefined')), malformed('placeholder'))
        failing = false
        if (optional) assertPassed(await send(withKey(tokens.writer)), { key: ids.writer })
      })
    }
  })

  test('a store that hangs answers 503 when the time is up', async () => {
    const { restart, tokens, clock } = await makeFixture()
    const asked = gate()
    const keyring = restart((store) => ({
      ...store,
      find() {
        asked.open()
        return new Promise(() => {})
      },
    }))
    await serving(plainApp(keyring), async (send) => {
      const reply = send(withKey(tokens.reader))
      await asked.wait()
      await clock.advanceAsync(1_000)
      assertRefusal(await reply, refusals.temporarily_unavailable)
    })
  })

  test('an owner lookup that fails or makes no sense answers 503', async () => {
    for (const answer of [Promise.reject(new Error('down')), undefined, 'docs:*', {}]) {
      if (answer instanceof Promise) answer.catch(() => {})
      const { keyring, tokens } = await makeFixture({ resolveOwner: () => answer as never })
      await serving(plainApp(keyring), async (send) => {
        assertRefusal(await send(withKey(tokens.reader)), refusals.temporarily_unavailable)
      })
    }
  })

  test('a keyring that was closed answers 503', async () => {
    const { keyring, tokens, close } = await makeFixture()
    await close()
    await serving(plainApp(keyring), async (send) => {
      assertRefusal(await send(withKey(tokens.reader)), refusals.temporarily_unavailable)
    })
  })

  test('too many keys to hash at once answers verifier_busy', async () => {
    const { keyring, tokens } = await fixture()
    const busy = answering(keyring, () => ({
      check: () => Promise.reject(new BusyError('Too many hashes are queued.')),
    }))
    await serving(plainApp(busy), async (send) => {
      assertRefusal(await send(withKey(tokens.reader)), refusals.verifier_busy)
    })
  })

  test('whatever a keyring throws, synchronously too, nothing passes', async () => {
    const { keyring, tokens } = await fixture()
    const thrown: readonly unknown[] = [new TypeError('bug'), 'text', undefined, null, { ok: true }]
    for (const value of thrown) {
      const fail = (): never => {
        throw value
      }
      for (const check of [fail, () => Promise.reject(value)]) {
        const broken = answering(keyring, () => ({ check }))
        await serving(plainApp(broken, { optional: true }), async (send) => {
          assertRefusal(await send(withKey(tokens.reader)), refusals.temporarily_unavailable)
        })
      }
    }
  })
}
