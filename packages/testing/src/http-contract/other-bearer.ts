import { assert } from '../assert.ts'
import { guardedApp, keySeen, plainApp } from './apps.ts'
import { assertPassed, assertRefusal } from './expect.ts'
import { type Fixture, makeFixture } from './fixture.ts'
import { hostileErrors } from './hostile-errors.ts'
import type { ContractApp } from './options.ts'
import { malformed, missing, refusals } from './refusals.ts'
import type { FieldLine, WireRequest } from './send.ts'
import { bearer, type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

type Tokens = Fixture['tokens']

const encoded = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')

/** A token of another issuer, as long as you like; its signature is made up. */
function jwtOf(claims: object): string {
  return `${encoded({ alg: 'RS256', kid: 'a_1' })}.${encoded(claims)}.${'c2ln'.repeat(8)}`
}

/** Short enough to be looked up as a token would be. */
export const shortJwt: string = jwtOf({ sub: 'ada' })
/** Longer than any token. */
export const longJwt: string = jwtOf({ sub: 'ada', groups: 'g'.repeat(2_900) })

const authorization = (value: string): WireRequest => ({ fields: [['Authorization', value]] })

/** Texts that are meant as keys of ours, with the hint of their refusal. */
const damaged: readonly [title: string, text: (tokens: Tokens) => string, hint: Parameters<typeof malformed>[0]][] = [
  ['in quotes', ({ reader }) => `"${reader}"`, 'surrounding_quotes'],
  ['in quotes, and cut', ({ reader }) => `'${reader.slice(0, 30)}`, 'surrounding_quotes'],
  ['in brackets', ({ reader }) => `<${reader}>`, 'surrounding_quotes'],
  ['cut to 20 characters', ({ reader }) => reader.slice(0, 20), 'truncated'],
  ['cut behind its prefix', () => 'acme_', 'truncated'],
  ['behind its scheme twice', ({ reader }) => `Bearer ${reader}`, 'scheme_twice'],
  ['behind a name', ({ reader }) => `key=${reader}`, 'illegal_character'],
  ['with something behind it', ({ reader }) => `${reader} x`, 'whitespace'],
  ['in upper case', ({ reader }) => reader.toUpperCase(), 'foreign_prefix'],
  ['altered', ({ reader }) => `${reader.slice(0, -1)}-`, 'illegal_character'],
]
const placeholders = ['$ACME_API_KEY', '${API_KEY}', 'YOUR_API_KEY', 'your-api-key', 'undefined', '<token>', 'xxxx']

/** Bearer credentials that are not keys: `otherBearer`. */
export function otherBearer({ test, serving, fixture }: Suite): void {
  const passing = (keyring: Fixture['keyring'], more: ContractApp['options'] = {}): ContractApp =>
    plainApp(keyring, { otherBearer: 'pass', ...more })

  test('otherBearer: by default a JWT is a malformed key, and beside a key in a header one credential too many', async () => {
    const { keyring, tokens } = await fixture()
    for (const otherBearer of [undefined, 'refuse'] as const) {
      const options = { optional: true, header: 'X-API-Key', ...(otherBearer && { otherBearer }) }
      await serving(plainApp(keyring, options), async (send) => {
        assertRefusal(await send(withKey(shortJwt)), malformed('illegal_character'))
        assertRefusal(await send(withKey(longJwt)), malformed('too_long'))
        const both = withKey(shortJwt, { fields: [['X-API-Key', tokens.reader]] })
        assertRefusal(await send(both), refusals.multiple_credentials)
      })
    }
  })

  test('otherBearer: "pass" lets a JWT of any length pass where a key is optional, without a key and uncounted', async () => {
    const own = await makeFixture()
    await serving(passing(own.keyring, { optional: true }), async (send) => {
      for (const jwt of [shortJwt, longJwt, 'b3BhcXVl', 'a'.repeat(200)]) {
        assertPassed(await send(withKey(jwt)), { key: null })
        assertPassed(await send(authorization(`bearer   ${jwt}`)), { key: null })
      }
    })
    assert.equal((await own.readUsage()).length, 0)
    await own.close()
  })

  test('otherBearer: "pass" answers a JWT as no credential where a key is required, by authenticators and guards', async () => {
    const { keyring } = await fixture()
    await serving(passing(keyring), async (send) => {
      for (const jwt of [shortJwt, longJwt]) {
        assertRefusal(await send(withKey(jwt)), refusals.missing_credentials)
      }
    })
    const guarded = guardedApp(keyring, (auth) => [auth.require('docs:read')], { otherBearer: 'pass', optional: true })
    await serving(guarded, async (send) => {
      assertRefusal(await send(withKey(shortJwt)), refusals.missing_credentials)
    })
  })

  for (const [title, text, hint] of damaged) {
    test(`otherBearer: a key ${title} is refused, and never passes as a credential of others`, async () => {
      const { keyring, tokens } = await fixture()
      for (const options of [{}, { optional: true }]) {
        await serving(passing(keyring, options), async (send) => {
          assertRefusal(await send(withKey(text(tokens))), malformed(hint))
        })
      }
    })
  }

  test('otherBearer: a placeholder is refused with its hint, and so is a scheme with nothing behind it', async () => {
    const { keyring } = await fixture()
    await serving(passing(keyring, { optional: true }), async (send) => {
      for (const text of placeholders) assertRefusal(await send(withKey(text)), malformed('placeholder'))
      assertRefusal(await send(authorization('Bearer')), malformed('empty'))
      assertRefusal(await send(authorization('Bearer ')), malformed('empty'))
    })
  })

  test('otherBearer: a key that is good, revoked or unknown is answered as ever', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(passing(keyring, { optional: true }), async (send) => {
      for (const attempt of ['cold', 'warm']) {
        assertRefusal(await send(withKey(tokens.revoked)), refusals.key_revoked)
        assertRefusal(await send(withKey(tokens.unknown)), refusals.invalid_key)
        const reply = await send(withKey(tokens.reader))
        assert.equal(reply.status, 200, attempt)
        assertPassed(reply, { key: ids.reader })
      }
    })
  })

  test('otherBearer: a key in a header counts beside a JWT, which stays in the request', async () => {
    const { keyring, tokens, ids } = await fixture()
    for (const stripCredential of [false, true]) {
      await serving(
        {
          keyring,
          options: { otherBearer: 'pass', header: 'X-API-Key', stripCredential },
          routes: ({ auth, handle }) => ({
            '/': [
              auth.authenticate(),
              handle((apiKey, { headers }) => ({ ...keySeen(apiKey), jwt: headers.authorization ?? null })),
            ],
          }),
        },
        async (send) => {
          for (const jwt of [shortJwt, longJwt]) {
            const reply = await send(withKey(jwt, { fields: [['X-API-Key', tokens.reader]] }))
            assertPassed(reply, { key: ids.reader, jwt: `Bearer ${jwt}` })
          }
        },
      )
    }
  })

  test('otherBearer: a bad key in a header is refused beside a JWT, and two keys of ours are two', async () => {
    const { keyring, tokens } = await fixture()
    await serving(passing(keyring, { optional: true, header: 'X-API-Key' }), async (send) => {
      const beside = (key: string, text: string): WireRequest => withKey(text, { fields: [['X-API-Key', key]] })
      assertRefusal(await send(beside(tokens.revoked, shortJwt)), refusals.key_revoked)
      assertRefusal(await send(beside(`"${tokens.reader}"`, shortJwt)), malformed('surrounding_quotes'))
      assertRefusal(await send(beside('x', longJwt)), malformed('foreign_prefix'))
      for (const text of [
        tokens.writer,
        tokens.reader,
        `"${tokens.writer}"`,
        tokens.writer.slice(0, 20),
        'undefined',
      ]) {
        assertRefusal(await send(beside(tokens.reader, text)), refusals.multiple_credentials)
      }
      const twice: readonly FieldLine[] = [
        ['X-API-Key', tokens.reader],
        ['X-API-Key', tokens.reader],
      ]
      assertRefusal(await send(withKey(shortJwt, { fields: twice })), refusals.multiple_credentials)
      for (const lines of [
        [bearer(shortJwt), bearer(tokens.reader)],
        [bearer(tokens.reader), bearer(shortJwt)],
        [bearer(shortJwt), bearer(shortJwt)],
      ]) {
        assertRefusal(await send({ fields: lines }), refusals.multiple_credentials)
      }
    })
  })

  test('otherBearer: a JWT that holds a key of ours, as it is or encoded, is refused', async () => {
    const { keyring, tokens } = await fixture()
    const [head = '', , signature = ''] = shortJwt.split('.')
    for (const otherBearer of ['pass', () => true] as const) {
      await serving(passing(keyring, { optional: true, otherBearer }), async (send) => {
        assertRefusal(await send(withKey(`${head}.${tokens.reader}.${signature}`)), malformed('too_long'))
        const key = jwtOf({ sub: 'ada', key: tokens.reader })
        assertRefusal(await send(withKey(key)), malformed('too_long'))
        assertRefusal(await send(withKey(`${longJwt}.${tokens.reader}`)), malformed('too_long'))
      })
    }
  })

  test('otherBearer: a similar prefix is not ours, and ours counts in every environment', async () => {
    const { keyring, tokens } = await fixture()
    await serving(passing(keyring, { optional: true }), async (send) => {
      for (const text of [
        'acmex_production_1',
        'acm_production_1',
        'acme',
        'acme-production',
        'xacme_1',
        'ghp_16C7e42F',
      ]) {
        assertPassed(await send(withKey(text)), { key: null })
      }
      assertRefusal(await send(withKey('acme_x')), malformed('truncated'))
      const other = tokens.reader.replace('_production_', '_qa_')
      assertRefusal(await send(withKey(other)), malformed('unknown_environment'))
    })
  })

  test('otherBearer: a key of ours in the URL is an attempt beside a JWT too', async () => {
    const { keyring, tokens } = await fixture()
    await serving(passing(keyring, { optional: true }), async (send) => {
      const reply = await send(withKey(shortJwt, { path: `/?key=${tokens.reader}` }))
      assertRefusal(reply, missing('credential_in_url'))
      assertRefusal(
        await send(withKey(shortJwt, { fields: [['X-API-Key', tokens.reader]] })),
        missing('header_not_accepted'),
      )
    })
  })

  test('otherBearer: a function decides about everything but what holds a key of ours', async () => {
    const { keyring, tokens, ids } = await fixture()
    const asked: string[] = []
    const isSession = (text: string): boolean => {
      asked.push(text)
      return text.startsWith('acme_sess_')
    }
    await serving(plainApp(keyring, { optional: true, otherBearer: isSession }), async (send) => {
      assertPassed(await send(withKey('acme_sess_1')), { key: null })
      assertRefusal(await send(withKey(shortJwt)), malformed('illegal_character'))
      assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
    })
    assert.deepEqual(asked, ['acme_sess_1', shortJwt])
    await serving(plainApp(keyring, { optional: true, otherBearer: () => true }), async (send) => {
      assertPassed(await send(withKey('acme_x')), { key: null })
      assertRefusal(await send(withKey(tokens.reader.slice(0, 30))), malformed('truncated'))
      assertRefusal(await send(withKey(`"${tokens.reader}"`)), malformed('surrounding_quotes'))
      assertRefusal(await send(withKey(tokens.revoked)), refusals.key_revoked)
    })
  })

  test('otherBearer: a function that fails, or returns no yes or no, answers 500, and the host is told once', async () => {
    const { keyring } = await fixture()
    const results: readonly unknown[] = [undefined, null, 1, 'true', {}, Promise.resolve(true)]
    for (const result of results) {
      const heard = await listening(async () => {
        const options = { optional: true, otherBearer: () => result as boolean }
        await serving(plainApp(keyring, options), async (send) => {
          for (const jwt of [shortJwt, longJwt, shortJwt])
            assertRefusal(await send(withKey(jwt)), refusals.guard_failed)
        })
      })
      assert.deepEqual(heard.warnings, ['CLAVIGER_GUARD_FAILED'])
    }
    let thrown: unknown
    const fails = (): never => {
      throw thrown
    }
    await serving(plainApp(keyring, { optional: true, otherBearer: fails }), async (send) => {
      for (thrown of hostileErrors()) assertRefusal(await send(withKey(shortJwt)), refusals.guard_failed)
    })
  })
}
