import { assert } from '../assert.ts'
import { keySeen, plainApp } from './apps.ts'
import { assertPassed, assertRefusal, type ExpectedRefusal } from './expect.ts'
import type { Fixture } from './fixture.ts'
import { malformed, missing, refusals } from './refusals.ts'
import type { FieldLine, WireRequest } from './send.ts'
import { bearer, type Suite, withKey } from './suite.ts'

type Tokens = Fixture['tokens']
type Ask = (tokens: Tokens) => WireRequest

const authorization = (value: string): WireRequest => ({ fields: [['Authorization', value]] })

/** Requests that are refused, with the refusal. Inputs that no socket can carry are unit tests of the parser. */
const refused: readonly [title: string, ask: Ask, expected: ExpectedRefusal][] = [
  ['refuses a request without a credential', () => ({}), refusals.missing_credentials],
  ['takes an empty Authorization as none', () => authorization(''), refusals.missing_credentials],
  ['takes a blank Authorization as none', () => authorization('   '), refusals.missing_credentials],
  ['refuses a scheme without a key', () => authorization('Bearer'), malformed('empty')],
  ['refuses a scheme with a space behind it', () => authorization('Bearer '), malformed('empty')],
  ['takes Basic as no credential', () => authorization('Basic dXNlcjpwYXNz'), missing('unsupported_scheme')],
  ['tells who sends a key without its scheme', ({ reader }) => authorization(reader), missing('missing_scheme')],
  ['takes Bearer2 as another scheme', () => authorization('Bearer2 x'), missing('unsupported_scheme')],
  ['takes XBearer as another scheme', () => authorization('XBearer x'), missing('unsupported_scheme')],
  ['takes Bearerx as another scheme', () => authorization('Bearerx'), missing('unsupported_scheme')],
  [
    'takes Bearer without a space as another scheme',
    ({ reader }) => authorization(`Bearer${reader}`),
    missing('unsupported_scheme'),
  ],
  ['refuses a tab after the scheme', ({ reader }) => authorization(`Bearer\t${reader}`), malformed('whitespace')],
  ['refuses quotes', ({ reader }) => authorization(`Bearer "${reader}"`), malformed('surrounding_quotes')],
  ['refuses single quotes', ({ reader }) => authorization(`Bearer '${reader}'`), malformed('surrounding_quotes')],
  [
    'refuses typographic quotes, as Latin-1 delivers them',
    ({ reader }) => authorization(`Bearer \u00e2\u0080\u009c${reader}\u00e2\u0080\u009d`),
    malformed('surrounding_quotes'),
  ],
  ['refuses the scheme twice', ({ reader }) => authorization(`Bearer Bearer ${reader}`), malformed('scheme_twice')],
  ...['${API_KEY}', 'undefined', 'null', '[object Object]', '<YOUR_KEY>'].map(
    (text): [string, Ask, ExpectedRefusal] => [
      `refuses the placeholder ${text}`,
      () => authorization(`Bearer ${text}`),
      malformed('placeholder'),
    ],
  ),
  [
    'refuses two Authorization lines, even identical ones',
    ({ reader }) => ({ fields: [bearer(reader), bearer(reader)] }),
    refusals.multiple_credentials,
  ],
  [
    'refuses two lines that differ in the case of the name',
    ({ reader }) => ({ fields: [bearer(reader), ['AUTHORIZATION', 'Basic dXNlcjpwYXNz']] }),
    refusals.multiple_credentials,
  ],
  [
    'does not use a key in the URL',
    ({ reader }) => ({ path: `/?access_token=${reader}` }),
    missing('credential_in_url'),
  ],
  [
    'does not use a key in the URL under another name',
    ({ reader }) => ({ path: `/?api_key=${reader}` }),
    missing('credential_in_url'),
  ],
  [
    'does not use a key in the body',
    ({ reader }) => {
      const body = JSON.stringify({ access_token: reader })
      const head = `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`
      return { raw: `${head}Content-Length: ${body.length}\r\n\r\n${body}` }
    },
    refusals.missing_credentials,
  ],
  ['refuses 129 characters', () => authorization(`Bearer ${'a'.repeat(129)}`), malformed('too_long')],
  ['refuses 15 000 characters', () => authorization(`Bearer ${'a'.repeat(15_000)}`), malformed('too_long')],
  [
    'refuses UTF-8 in the key',
    () => authorization('Bearer acme_\u00d0\u00ba\u00d0\u00bb\u00d1\u008e\u00d1\u0087'),
    malformed('illegal_character'),
  ],
  [
    'does not see Authorization in trailers',
    ({ reader }) => ({
      raw:
        'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n' +
        `0\r\nAuthorization: Bearer ${reader}\r\n\r\n`,
    }),
    refusals.missing_credentials,
  ],
  [
    'X-API-Key is refused unless the host turned it on',
    ({ reader }) => ({ fields: [['X-API-Key', reader]] }),
    missing('header_not_accepted'),
  ],
  ['refuses an altered key', ({ reader }) => authorization(`Bearer ${altered(reader)}`), malformed('checksum')],
  [
    'refuses a key that was cut',
    ({ reader }) => authorization(`Bearer ${reader.slice(0, -3)}`),
    malformed('truncated'),
  ],
  [
    'refuses the key of another product',
    () => authorization('Bearer ghp_16C7e42F292c6912E7710c838347Ae178B4a'),
    malformed('foreign_prefix'),
  ],
  [
    'refuses a key of an unknown environment',
    ({ reader }) => authorization(`Bearer ${reader.replace('_production_', '_qa_')}`),
    malformed('unknown_environment'),
  ],
]

/** What Node refuses on its own; the server must survive it. */
const refusedByNode: readonly [title: string, line: (token: string) => string][] = [
  ['obsolete line folding', (token) => `Authorization: Bearer\r\n ${token}`],
  ['a space before the colon', (token) => `Authorization : Bearer ${token}`],
  ['NUL in the value', (token) => `Authorization: Bearer ${token}\0`],
  ['a bare line feed', (token) => `Authorization: Bearer ${token}\n\rX: y`],
  ['a bare carriage return', (token) => `Authorization: Bearer ${token}\rX: y`],
  ['DEL in the value', (token) => `Authorization: Bearer \x7f${token}`],
  ['a header block of 20 KiB', () => `Authorization: Bearer ${'a'.repeat(20_480)}`],
]

/** How credentials are found on the wire. */
export function credentials(suite: Suite): void {
  const { test, serving, fixture } = suite

  for (const [title, ask, expected] of refused) {
    test(title, async () => {
      const { keyring, tokens } = await fixture()
      await serving(plainApp(keyring), async (send) => assertRefusal(await send(ask(tokens)), expected))
    })
  }

  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR', 'Bearer  ']) {
    test(`accepts a key after "${scheme} "`, async () => {
      const { keyring, tokens, ids } = await fixture()
      await serving(plainApp(keyring), async (send) => {
        assertPassed(await send(authorization(`${scheme} ${tokens.reader}`)), { key: ids.reader })
      })
    })
  }

  for (const [title, line] of refusedByNode) {
    test(`survives ${title}`, async () => {
      const { keyring, tokens, ids } = await fixture()
      await serving(plainApp(keyring), async (send) => {
        const raw = `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${line(tokens.reader)}\r\n\r\n`
        const reply = await send({ raw })
        assert.ok([0, 400, 401, 431].includes(reply.status), `passed, or failed otherwise: ${reply.status}`)
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      })
    })
  }

  test('a __proto__ header sent twice changes nothing', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      const fields: readonly FieldLine[] = [
        ['__proto__', 'x'],
        ['__proto__', 'x'],
      ]
      assertPassed(await send(withKey(tokens.reader, { fields })), { key: ids.reader })
      assertRefusal(await send({ fields }), refusals.missing_credentials)
    })
  })

  test('nothing passes when Node does not read every header field', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      const dummies = Array.from({ length: 2_000 }, (): FieldLine => ['a', ''])
      const reply = await send({ fields: [...dummies, bearer(tokens.reader)] })
      // Node 20 drops what is beyond 2 000 fields; later releases refuse the request themselves.
      if (reply.status !== 431) assertRefusal(reply, refusals.missing_credentials)
    })
  })

  test('answers HTTP/1.0 without Host like any other', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      assertPassed(await send(withKey(tokens.reader, { version: '1.0' })), { key: ids.reader })
      assertRefusal(await send({ version: '1.0' }), refusals.missing_credentials)
    })
  })

  test('reads what the host itself put into the headers, in either spelling, but not in both', async () => {
    const { keyring, tokens, ids } = await fixture()
    const value = `Bearer ${tokens.reader}`
    await serving(
      {
        keyring,
        routes: ({ auth, use, handle }) => ({
          '/lower': [use((req) => void (req.headers.authorization = value)), auth.authenticate(), handle(keySeen)],
          '/upper': [use((req) => void (req.headers.Authorization = value)), auth.authenticate(), handle(keySeen)],
          '/both': [
            use((req) => void Object.assign(req.headers, { Authorization: value, authorization: value })),
            auth.authenticate(),
            handle(keySeen),
          ],
        }),
      },
      async (send) => {
        assertPassed(await send({ path: '/lower' }), { key: ids.reader })
        assertPassed(await send({ path: '/upper' }), { key: ids.reader })
        assertRefusal(await send({ path: '/both' }), refusals.multiple_credentials)
      },
    )
  })
}

function altered(token: string): string {
  const at = token.length - 30
  return token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1)
}
