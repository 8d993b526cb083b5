import { keySeen, plainApp } from './apps.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { malformed, missing, orIn, refusals } from './refusals.ts'
import { bearer, type Suite } from './suite.ts'

const withHeader = { header: 'X-API-Key' } as const

/** The header for the bare token, once the host turned it on. */
export function ownHeader({ test, serving, fixture }: Suite): void {
  test('X-API-Key is accepted, whatever its case, and Bearer still is', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring, withHeader), async (send) => {
      assertPassed(await send({ fields: [['X-API-Key', tokens.reader]] }), { key: ids.reader })
      assertPassed(await send({ fields: [['x-api-KEY', tokens.reader]] }), { key: ids.reader })
      assertPassed(await send({ fields: [bearer(tokens.reader)] }), { key: ids.reader })
    })
  })

  test('X-API-Key takes the bare token only', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring, withHeader), async (send) => {
      assertRefusal(await send({ fields: [['X-API-Key', `Bearer ${tokens.reader}`]] }), malformed('scheme_twice'))
      assertRefusal(await send({ fields: [['X-API-Key', '']] }), orIn('X-API-Key', refusals.missing_credentials))
      assertRefusal(await send({ fields: [['X-API-Key', 'a'.repeat(161)]] }), malformed('too_long'))
    })
  })

  test('the answer to a request without a key names the header that takes one', async () => {
    const { keyring } = await fixture()
    await serving(plainApp(keyring, withHeader), async (send) => {
      assertRefusal(await send({}), orIn('X-API-Key', refusals.missing_credentials))
    })
    await serving(plainApp(keyring, { header: 'X-Acme-Key' }), async (send) => {
      const told = orIn('X-Acme-Key', missing('unsupported_scheme'))
      assertRefusal(await send({ fields: [['Authorization', 'Token x']] }), {
        ...told,
        vary: 'Authorization, X-Acme-Key',
      })
    })
    await serving(plainApp(keyring), async (send) => assertRefusal(await send({}), refusals.missing_credentials))
  })

  test('two X-API-Key lines are refused', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring, withHeader), async (send) => {
      const fields = [['X-API-Key', tokens.reader] as const, ['x-api-key', tokens.reader] as const]
      assertRefusal(await send({ fields }), refusals.multiple_credentials)
    })
  })

  test('a key in both headers is refused, also the same and also a broken one', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring, withHeader), async (send) => {
      for (const value of [`Bearer ${tokens.writer}`, `Bearer ${tokens.reader}`, 'Bearer', tokens.reader]) {
        const fields = [['Authorization', value] as const, ['X-API-Key', tokens.reader] as const]
        assertRefusal(await send({ fields }), refusals.multiple_credentials)
      }
    })
  })

  test('Basic of a proxy does not stand in the way of X-API-Key', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring, withHeader), async (send) => {
      const fields = [['Authorization', 'Basic dXNlcjpwYXNz'] as const, ['X-API-Key', tokens.reader] as const]
      assertPassed(await send({ fields }), { key: ids.reader })
    })
  })

  test('guards refuse a key however it came', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        options: withHeader,
        routes: ({ auth, handle }) => ({
          '/': [auth.authenticate(), auth.require('docs:write', 'docs:list'), handle(keySeen)],
        }),
      },
      async (send) => {
        for (const field of [bearer(tokens.reader), ['X-API-Key', tokens.reader] as const]) {
          assertRefusal(await send({ fields: [field] }), refusals.insufficient_permissions)
        }
      },
    )
  })

  test('a header of another name takes the place of X-API-Key in Vary', async () => {
    const { keyring, tokens, ids } = await fixture()
    const vary = 'Authorization, X-Acme-Key'
    await serving(plainApp(keyring, { header: 'X-Acme-Key' }), async (send) => {
      assertPassed(await send({ fields: [['X-Acme-Key', tokens.reader]] }), { key: ids.reader }, { vary })
      assertRefusal(await send({}), { ...orIn('X-Acme-Key', refusals.missing_credentials), vary })
      const unread = orIn('X-Acme-Key', missing('header_not_accepted'))
      assertRefusal(await send({ fields: [['X-API-Key', tokens.reader]] }), { ...unread, vary })
    })
  })
}
