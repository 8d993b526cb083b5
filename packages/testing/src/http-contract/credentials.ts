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

/** Requests that are refused, with the refusal. H-40 (inputs no socket can carry) is a unit test of the parser. */
const refused: readonly [title: string, ask: Ask, expected: ExpectedRefusal][] = [
  ['H-01: refuses a request without a credential', () => ({}), refusals.missing_credentials],
  ['H-02: takes an empty Authorization as none', () => authorization(''), refusals.missing_credentials],
  ['H-02: takes a blank Authorization as none', () => authorization('   '), refusals.missing_credentials],
  ['H-05: refuses a scheme without a key', () => authorization('Bearer'), malformed('empty')],
  ['H-06: refuses a scheme with a space behind it', () => authorization('Bearer '), malformed('empty')],
  ['H-08: takes Basic as no credential', () => authorization('Basic dXNlcjpwYXNz'), missing('unsupported_scheme')],
  ['H-10: tells who sends a key without its scheme', ({ reader }) => authorization(reader), missing('missing_scheme')],
  ['H-11: takes Bearer2 as another scheme', () => authorization('Bearer2 x'), missing('unsupported_scheme')],
  ['H-11: takes XBearer as another scheme', () => authorization('XBearer x'), missing('unsupported_scheme')],
  ['H-11: takes Bearerx as another scheme', () => authorization('Bearerx'), missing('unsupported_scheme')],
  [
    'H-11: takes Bearer without a space as another scheme',
    ({ reader }) => authorization(`Bearer${reader}`),
    missing('unsupported_scheme'),
  ],
  ['H-13: refuses a tab after the scheme', ({ reader }) => authorization(`Bearer\t${reader}`), malformed('whitespace')],
  ['H-15: refuses quotes', ({ reader }) => authorization(`Bearer "${reader}"`), malformed('surrounding_quotes')],
  ['H-16: refuses single quotes', ({ reader }) => authorization(`Bearer '${reader}'`), malformed('surrounding_quotes')],
  [
    'H-16: refuses typographic quotes, as Latin-1 delivers them',
    ({ reader }) => authorization(`Bearer \u00e2\u0080\u009c${reader}\u00e2\u0080\u009d`),
    malformed('surrounding_quotes'),
  ],
  [
    'H-18: refuses the scheme twice',
    ({ reader }) => authorization(`Bearer Bearer ${reader}`),
    malformed('scheme_twice'),
  ],
  ...['${API_KEY}', 'undefined', 'null', '[object Object]', '<YOUR_KEY>'].map(
    (text): [string, Ask, ExpectedRefusal] => [
      `H-19: refuses the placeholder ${text}`,
      () => authorization(`Bearer ${text}`),
      malformed('placeholder'),
    ],
  ),
  [
    'H-20: refuses two Authorization lines, even identical ones',
    ({ reader }) => ({ fields: [bearer(reader), bearer(reader)] }),
    refusals.multiple_credentials,
  ],
  [
    'H-21: refuses two lines that differ in the case of the name',
    ({ reader }) => ({ fields: [bearer(reader), ['AUTHORIZATION', 'Basic dXNlcjpwYXNz']] }),
    refusals.multiple_credentials,
  ],
  [
    'H-27: does not use a key in the URL',
    ({ reader }) => ({ path: `/?access_token=${reader}` }),
    missing('credential_in_url'),
  ],
  ['H-27: whatever its name', ({ reader }) => ({ path: `/?api_key=${reader}` }), missing('credential_in_url')],
  [
    'H-29: does not use a key in the body',
    ({ reader }) => {
      const body = JSON.stringify({ access_token: reader })
      const head = `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`
      return { raw: `${head}Content-Length: ${body.length}\r\n\r\n${body}` }
    },
    refusals.missing_credentials,
  ],
  ['H-35: refuses 129 characters', () => authorization(`Bearer ${'a'.repeat(129)}`), malformed('too_long')],
  ['H-35: refuses 15 000 characters', () => authorization(`Bearer ${'a'.repeat(15_000)}`), malformed('too_long')],
  [
    'H-38: refuses UTF-8 in the key',
    () => authorization('Bearer acme_\u00d0\u00ba\u00d0\u00bb\u00d1\u008e\u00d1\u0087'),
    malformed('illegal_character'),
  ],
  [
    'H-41: does not see Authorization in trailers',
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
  ['K-02: refuses an altered key', ({ reader }) => authorization(`Bearer ${altered(reader)}`), malformed('checksum')],
  [
    'K-04: refuses a key that was cut',
    ({ reader }) => authorization(`Bearer ${reader.slice(0, -3)}`),
    malformed('truncated'),
  ],
  [
    'K-06: refuses the key of another product',
    () => authorization('Bearer ghp_16C7e42F292c6912E7710c838347Ae178B4a'),
    malformed('foreign_prefix'),
  ],
  [
    'K-07: refuses a key of an unknown environment',
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
    test(`H-03, H-04, H-07: accepts a key after "${scheme} "`, async () => {
      const { keyring, tokens, ids } = await fixture()
      await serving(plainApp(keyring), async (send) => {
        assertPassed(await send(authorization(`${scheme} ${tokens.reader}`)), { key: ids.reader })
      })
    })
  }

  for (const [title, line] of refusedByNode) {
    test(`H-36, H-37: survives ${title}`, async () => {
      const { keyring, tokens, ids } = await fixture()
      await serving(plainApp(keyring), async (send) => {
        const raw = `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${line(tokens.reader)}\r\n\r\n`
        const reply = await send({ raw })
        assert.ok([0, 400, 401, 431].includes(reply.status), `passed, or failed otherwise: ${reply.status}`)
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
      })
    })
  }

  test('H-32: a __proto__ header sent twice changes nothing', async () => {
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

  test('H-34: nothing passes when Node does not read every header field', async () => {
    const { keyring, tokens } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      const dummies = Array.from({ length: 2_000 }, (): FieldLine => ['a', ''])
      const reply = await send({ fields: [...dummies, bearer(tokens.reader)] })
      // Node 20 drops what is beyond 2 000 fields; later releases refuse the request themselves.
      if (reply.status !== 431) assertRefusal(reply, refusals.missing_credentials)
    })
  })

  test('H-42: answers HTTP/1.0 without Host like any other', async () => {
    const { keyring, tokens, ids } = await fixture()
    await serving(plainApp(keyring), async (send) => {
      assertPassed(await send(withKey(tokens.reader, { version: '1.0' })), { key: ids.reader })
      assertRefusal(await send({ version: '1.0' }), refusals.missing_credentials)
    })
  })

  test('H-25: reads what the host itself put into the headers, in either spelling, but not in both', async () => {
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
