import { systemActor } from '@claviger/core'
import { assert } from '../assert.ts'
import { guardedApp, plainApp } from './apps.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { makeFixture } from './fixture.ts'
import type { ContractAuthOptions } from './options.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** Keys that work from some addresses only. Every client here is on loopback. */
export function addresses({ test, serving, fixture }: Suite): void {
  const told = (address: string | null | undefined): ContractAuthOptions => ({ clientAddress: () => address })

  test('a key with addresses works from there, cold and warm, and the handler gets it', async () => {
    const { restart, tokens, ids } = await fixture()
    await serving(plainApp(restart()), async (send) => {
      for (let round = 0; round < 3; round += 1) assertPassed(await send(withKey(tokens.local)), { key: ids.local })
    })
  })

  test('a key with addresses answers address_not_allowed from elsewhere, cold and warm, also where it is optional', async () => {
    const { restart, tokens } = await fixture()
    for (const optional of [false, true]) {
      await serving(plainApp(restart(), { optional }), async (send) => {
        for (let round = 0; round < 3; round += 1) {
          assertRefusal(await send(withKey(tokens.remote)), refusals.address_not_allowed)
        }
      })
    }
  })

  test('what a client says of its address is not believed', async () => {
    const { keyring, tokens } = await fixture()
    const said = ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Client-IP', 'CF-Connecting-IP', 'True-Client-IP']
    await serving(plainApp(keyring), async (send) => {
      for (const name of said) {
        const value = name === 'Forwarded' ? 'for=203.0.113.7' : '203.0.113.7'
        assertRefusal(await send(withKey(tokens.remote, { fields: [[name, value]] })), refusals.address_not_allowed)
      }
    })
  })

  test('clientAddress tells the address, in every spelling', async () => {
    const { keyring, tokens, ids } = await fixture()
    for (const address of [
      '203.0.113.7',
      '::ffff:203.0.113.7',
      '::ffff:cb00:7107',
      '2001:0DB8:0:0::1',
      '2001:db8::1%eth0',
    ]) {
      await serving(plainApp(keyring, told(address)), async (send) => {
        assertPassed(await send(withKey(tokens.remote)), { key: ids.remote })
        assertRefusal(await send(withKey(tokens.local)), refusals.address_not_allowed)
      })
    }
  })

  test('an address that is not known, or none, is refused', async () => {
    const { keyring, tokens, ids } = await fixture()
    const addressesTold = [undefined, null, '', 'unknown', '203.0.113.7, 10.0.0.1', '203.0.113.0/24', ' 203.0.113.7']
    for (const address of addressesTold) {
      await serving(plainApp(keyring, told(address)), async (send) => {
        assertRefusal(await send(withKey(tokens.remote)), refusals.address_not_allowed)
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      })
    }
  })

  test('clientAddress that throws or gives something else answers 500, says so once, and concerns no other key', async () => {
    const { keyring, tokens, ids } = await fixture()
    const wrong: readonly (() => unknown)[] = [
      () => 7,
      () => ['203.0.113.7'],
      () => Promise.resolve('203.0.113.7'),
      () => {
        throw new Error('thrown')
      },
    ]
    for (const clientAddress of wrong) {
      const heard = await listening(() =>
        serving(plainApp(keyring, { clientAddress: clientAddress as () => string }), async (send) => {
          for (let round = 0; round < 2; round += 1) {
            assertRefusal(await send(withKey(tokens.remote)), refusals.guard_failed)
          }
          assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
        }),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_CLIENT_ADDRESS'])
    }
  })

  test('guards behind a refused address answer the same', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      guardedApp(keyring, (auth) => [auth.require('docs:read')]),
      async (send) => {
        assertRefusal(await send(withKey(tokens.remote)), refusals.address_not_allowed)
      },
    )
  })

  test('usage: a refused address counts as denied by its code', async () => {
    const { keyring, tokens, readUsage, close } = await makeFixture()
    await serving(plainApp(keyring), async (send) => {
      await send(withKey(tokens.remote))
      await send(withKey(tokens.remote))
      await send(withKey(tokens.local))
    })
    await keyring.flush()
    const [counts] = await readUsage()
    assert.equal(counts?.requests, 3)
    assert.equal(counts?.allowed, 1)
    assert.deepEqual({ ...counts?.denied }, { address_not_allowed: 2 })
    await close()
  })

  test('a key that was narrowed is refused by every process, as if it was revoked', async () => {
    const { keyring, restart, tokens, ids, clock, close } = await makeFixture()
    const other = restart()
    await serving(plainApp(other), async (send) => {
      assertPassed(await send(withKey(tokens.local)), { key: ids.local })
      await keyring.as(systemActor('ws_acme')).update(ids.local, { allowedAddresses: ['203.0.113.7'] })
      await clock.advanceAsync(1_000)
      assertRefusal(await send(withKey(tokens.local)), refusals.address_not_allowed)
    })
    await close()
  })
}
