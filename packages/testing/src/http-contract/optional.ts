import { keySeen, plainApp } from './apps.ts'
import { answering } from './door.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { malformed, missing, refusals } from './refusals.ts'
import { bearer, type Suite, withKey } from './suite.ts'

/** Requests that may do without a key, several authenticators, and stripping. */
export function optionalAndRepeated({ test, serving, fixture }: Suite): void {
  test('optional passes a request without a credential, anonymously', async () => {
    const { keyring } = await fixture()
    await serving(plainApp(keyring, { optional: true }), async (send) => {
      assertPassed(await send({}), { key: null })
      assertPassed(await send({ fields: [['Authorization', 'Basic dXNlcjpwYXNz']] }), { key: null })
      assertPassed(await send({ fields: [['Authorization', '']] }), { key: null })
    })
  })

  test('optional refuses every bad credential', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring, { optional: true }), async (send) => {
      assertRefusal(await send(withKey(tokens.unknown)), refusals.invalid_key)
      assertRefusal(await send(withKey(tokens.revoked)), refusals.key_revoked)
      assertRefusal(await send(withKey(tokens.orphan)), refusals.owner_gone)
      assertRefusal(await send(withKey('undefined')), malformed('placeholder'))
      assertRefusal(await send({ fields: [['Authorization', 'Bearer']] }), malformed('empty'))
      const twice = [bearer(tokens.reader), bearer(tokens.reader)]
      assertRefusal(await send({ fields: twice }), refusals.multiple_credentials)
    })
  })

  test('optional refuses a key of ours in every form: a client that sends one does not mean to be anonymous', async () => {
    const { keyring, tokens } = await fixture()
    const basic = `Basic ${Buffer.from(`${tokens.reader}:`).toString('base64')}`
    await serving(plainApp(keyring, { optional: true }), async (send) => {
      for (const token of [tokens.reader, tokens.reader.slice(0, -20)]) {
        assertRefusal(await send({ fields: [['Authorization', token]] }), missing('missing_scheme'))
        for (const value of [`Token ${token}`, `ApiKey key=${token}`, basic]) {
          assertRefusal(await send({ fields: [['Authorization', value]] }), missing('unsupported_scheme'))
        }
        assertRefusal(await send({ fields: [['X-API-Key', token]] }), missing('header_not_accepted'))
      }
      for (const url of [
        `/?api_key=${tokens.reader}`,
        `/?api_key=${tokens.reader.replaceAll('_', '%5F')}`,
        `/?next=${encodeURIComponent(`/x?key=${tokens.reader}`)}&broken=%zz`,
      ]) {
        assertRefusal(await send({ path: url }), missing('credential_in_url'))
      }
      assertRefusal(
        await send({ path: `/?api_key=${tokens.reader}`, fields: [['X-API-Key', 'of another product']] }),
        missing('header_not_accepted'),
      )
    })
  })

  test('optional refuses a token that was imported, wherever it is not read', async () => {
    const { keyring } = await fixture()
    const imported = 'sk_live_0123456789abcdef'
    const basic = `Basic ${Buffer.from(`user:${imported}`).toString('base64')}`
    await serving(plainApp(keyring, { optional: true }), async (send) => {
      assertRefusal(await send({ fields: [['Authorization', imported]] }), missing('missing_scheme'))
      for (const value of [`Token ${imported}`, `ApiKey key="${imported}"`, basic]) {
        assertRefusal(await send({ fields: [['Authorization', value]] }), missing('unsupported_scheme'))
      }
      assertRefusal(await send({ fields: [['X-API-Key', imported]] }), missing('header_not_accepted'))
      // A URL holds ids of the application, and they may look alike.
      assertPassed(await send({ path: `/?id=${imported}`, fields: [['X-API-Key', `${imported}0`]] }), { key: null })
    })
  })

  test('optional passes credentials of others, anonymously', async () => {
    const { keyring } = await fixture()
    await serving(plainApp(keyring, { optional: true }), async (send) => {
      const others = [
        ['X-API-Key', 'of another product'],
        ['Authorization', 'Token github_pat_11AAAA'],
        ['Authorization', 'Digest username="acme", realm="x"'],
      ] as const
      for (const field of others) assertPassed(await send({ fields: [field] }), { key: null })
      assertPassed(await send({ path: '/?q=acme_production_' }), { key: null })
    })
  })

  test('optional passes a valid key with its key', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring, { optional: true }), async (send) => {
      assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
    })
  })

  test('authenticate after optional refuses the anonymous and passes the others', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(
      {
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [auth.authenticate({ optional: true }), auth.authenticate(), handle(keySeen)],
        }),
      },
      async (send) => {
        assertRefusal(await send({}), refusals.missing_credentials)
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      },
    )
  })

  test('a second authenticator goes by what the first found', async () => {
    const { keyring, tokens, ids } = await fixture()
    let asked = 0
    const counting = answering(keyring, (door) => ({
      check(...given) {
        asked += 1
        return door.check(...given)
      },
    }))
    await serving(
      {
        keyring: counting,
        routes: ({ auth, use, handle }) => ({
          '/': [
            auth.authenticate(),
            // No one can swap the credential between the two.
            use(
              (req) => void req.rawHeaders.splice(0, req.rawHeaders.length, 'Authorization', `Bearer ${tokens.writer}`),
            ),
            auth.authenticate(),
            handle((apiKey) => ({ ...keySeen(apiKey), asked })),
          ],
        }),
      },
      async (send) => {
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader, asked: 1 })
      },
    )
  })

  test('stripCredential takes the credential out of the request after success', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        options: { stripCredential: true, header: 'X-API-Key' },
        routes: ({ auth, handle }) => ({
          '/': [
            auth.authenticate(),
            handle((_, { headers, rawHeaders }) => ({
              parsed: [headers.authorization ?? null, headers['x-api-key'] ?? null, headers['x-other'] ?? null],
              raw: rawHeaders.filter((text) => text.includes(tokens.reader)),
            })),
          ],
        }),
      },
      async (send) => {
        for (const field of [bearer(tokens.reader), ['X-API-KEY', tokens.reader] as const]) {
          const reply = await send({ fields: [field, ['X-Other', 'kept']] })
          assertPassed(reply, { parsed: [null, null, 'kept'], raw: [] })
        }
      },
    )
  })

  test('without stripCredential the credential stays where it is', async () => {
    const { keyring, tokens } = await fixture()
    await serving(
      {
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [auth.authenticate(), handle((_, { headers }) => ({ sent: headers.authorization }))],
        }),
      },
      async (send) => assertPassed(await send(withKey(tokens.reader)), { sent: `Bearer ${tokens.reader}` }),
    )
  })
}
