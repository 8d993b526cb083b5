import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type CredentialRules, parseCredential } from '../../src/http/credential.ts'
import type { HttpRequest } from '../../src/http/request.ts'
import { rules, token, withHeader } from './tokens.ts'

const none = { type: 'none', isAttempt: false }
/** No credential, and yet a token of ours. */
const attempt = { type: 'none', isAttempt: true }
/** In its one spelling, however it was sent. */
const bearer = (sent = token): object => ({ type: 'credential', carrier: 'bearer', field: `Bearer ${sent}` })
const header = (sent: string): object => ({ type: 'credential', carrier: 'header', field: sent })

/** What Node gives for these header lines. */
function request(...rawHeaders: readonly string[]): HttpRequest {
  const headers: Record<string, string> = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers[(rawHeaders[index] ?? '').toLowerCase()] ??= rawHeaders[index + 1] ?? ''
  }
  return { method: 'GET', url: '/', rawHeaders, headers }
}

function parse(value: string, under: CredentialRules = rules): unknown {
  return parseCredential(request('Host', 'localhost', 'Authorization', value, 'Accept', '*/*'), under)
}

describe('Authorization', () => {
  test('finds nothing when nothing was sent', () => {
    expect(parseCredential(request('Host', 'localhost'), rules)).toEqual(none)
  })

  test.each(['', ' ', ' \t  '])('takes an empty field as nothing (%j)', (value) => {
    expect(parse(value)).toEqual(none)
  })

  test('finds a bearer token', () => {
    expect(parse(`Bearer ${token}`)).toEqual(bearer())
  })

  test.each(['bearer', 'BEARER', 'bEaReR'])('reads the scheme in any case (%s)', (scheme) => {
    expect(parse(`${scheme} ${token}`)).toEqual(bearer())
  })

  test.each(['Bearer', 'Bearer ', 'Bearer     '])('a scheme without a key is a broken credential (%j)', (value) => {
    expect(parse(value)).toEqual({ type: 'malformed', hint: 'empty' })
  })

  test('allows several spaces after the scheme (RFC 9110 section 11.4)', () => {
    expect(parse(`Bearer   ${token}`)).toEqual(bearer())
  })

  test.each([
    'Basic dXNlcjpwYXNz',
    'Digest a=b',
    'Bearer2 x',
    'XBearer x',
    'Bearerx',
    `Bearer${token}`,
    'x',
    `Token ${token}`,
  ])('takes another scheme as no credential (%s)', (value) => {
    const came = value.includes('acme_production_') ? attempt : none
    expect(parse(value)).toEqual({ ...came, hint: 'unsupported_scheme' })
  })

  test.each([token, `old_${token.slice(5)}`, 'acme_x', `acme_${'x'.repeat(10_000)}`])(
    'tells who sent a key without its scheme (%s)',
    (value) => {
      expect(parse(value)).toEqual({ ...attempt, hint: 'missing_scheme' })
    },
  )

  test('does not tell other products that their keys lack a scheme', () => {
    expect(parse('ghp_1234')).toEqual({ ...none, hint: 'unsupported_scheme' })
    expect(parse('acmes_1234')).toEqual({ ...none, hint: 'unsupported_scheme' })
  })

  test.each([`Bearer\t${token}`, `Bearer\t`])('accepts only spaces after the scheme (%j)', (value) => {
    expect(parse(value)).toEqual({ type: 'malformed', hint: 'whitespace' })
  })

  test.each([`"${token}"`, 'Bearer x', `${token} `, '${API_KEY}', 'a\0b', '\u00d0\u00ba'])(
    'leaves what is not a token to the token parser, byte for byte (%j)',
    (sent) => {
      expect(parse(`Bearer ${sent}`)).toEqual(bearer(sent))
    },
  )

  test('refuses two lines, even identical ones', () => {
    const twice = request('Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`)
    expect(parseCredential(twice, rules)).toEqual({ type: 'multiple' })
  })

  test('refuses two lines whose names differ in case only', () => {
    const twice = request('authorization', 'Basic dXNlcjpwYXNz', 'AUTHORIZATION', `Bearer ${token}`)
    expect(parseCredential(twice, rules)).toEqual({ type: 'multiple' })
  })

  test('refuses a long field by its length alone', () => {
    expect(parse(`Bearer ${'a'.repeat(153)}`)).toMatchObject({ type: 'credential' })
    expect(parse(`Bearer ${'a'.repeat(154)}`)).toEqual({ type: 'malformed', hint: 'too_long' })
    expect(parse(`Bearer ${' '.repeat(16_000)}${token}`)).toEqual({ type: 'malformed', hint: 'too_long' })
  })

  test('leaves long credentials of other schemes alone', () => {
    expect(parse(`Negotiate ${'a'.repeat(9_000)}`)).toEqual({ ...none, hint: 'unsupported_scheme' })
  })
})

describe('a header of its own', () => {
  const sent = (...raw: readonly string[]): unknown => parseCredential(request(...raw), withHeader)

  test('is read when the host turned it on, whatever its case', () => {
    expect(sent('X-Api-KEY', token)).toEqual(header(token))
  })

  test('is not read by default, and the client is told', () => {
    expect(parseCredential(request('X-API-Key', token), rules)).toEqual({ ...attempt, hint: 'header_not_accepted' })
    expect(parseCredential(request('X-API-Key', 'a', 'x-api-key', 'b'), rules)).toEqual({
      ...none,
      hint: 'header_not_accepted',
    })
    expect(parseCredential(request('X-API-Key', token), { ...rules, header: 'x-acme-key' })).toEqual({
      ...attempt,
      hint: 'header_not_accepted',
    })
  })

  test.each([
    ['missing_scheme', 'Authorization', (it: string) => it],
    ['unsupported_scheme', 'Authorization', (it: string) => `Token ${it}`],
    ['unsupported_scheme', 'Authorization', (it: string) => `ApiKey id=1, key="${it}"`],
    ['unsupported_scheme', 'Authorization', (it: string) => `Basic ${Buffer.from(`${it}:`).toString('base64')}`],
    ['unsupported_scheme', 'Authorization', (it: string) => `basic ${Buffer.from(`user:${it}`).toString('base64')}`],
    ['header_not_accepted', 'X-API-Key', (it: string) => it],
    ['header_not_accepted', 'X-API-Key', (it: string) => `Bearer ${it}`],
  ])('an imported token is an attempt too: %s in %s, written as %o', (hint, name, written) => {
    const imported = 'sk_live_0123456789abcdef'
    const taking = { ...rules, isImported: (text: string) => text === imported }
    expect(parseCredential(request(name, written(imported)), taking)).toEqual({ ...attempt, hint })
    for (const other of [`${imported}0`, 'sk_live_', imported.toUpperCase()]) {
      expect(parseCredential(request(name, written(other)), taking)).toMatchObject({ type: 'none', isAttempt: false })
    }
  })

  test('counts as absent when empty', () => {
    expect(sent('X-API-Key', '')).toEqual(none)
    expect(sent('X-API-Key', '', 'Authorization', `Bearer ${token}`)).toEqual(bearer())
  })

  test('is refused when sent twice', () => {
    expect(sent('X-API-Key', token, 'x-api-key', token)).toEqual({ type: 'multiple' })
  })

  test.each([`Bearer ${token}`, 'Bearer', `bearer\t${token}`, token])(
    'is refused beside a credential in Authorization, the same or broken (%j)',
    (value) => {
      expect(sent('Authorization', value, 'X-API-Key', token)).toEqual({ type: 'multiple' })
    },
  )

  test("wins over another scheme, which may be a proxy's own", () => {
    expect(sent('Authorization', 'Basic dXNlcjpwYXNz', 'X-API-Key', token)).toEqual(header(token))
  })

  test('is refused by length alone', () => {
    expect(sent('X-API-Key', 'a'.repeat(161))).toEqual({ type: 'malformed', hint: 'too_long' })
  })
})

describe('headers that a host or a serverless shim made', () => {
  test('are read in any case when nothing was sent under the name', () => {
    expect(parseCredential({ headers: { Authorization: `Bearer ${token}` } }, rules)).toEqual(bearer())
    expect(parseCredential({ rawHeaders: [], headers: { authorization: `Bearer ${token}` } }, rules)).toEqual(bearer())
  })

  test('are refused when two spellings are present', () => {
    const headers = { authorization: `Bearer ${token}`, Authorization: `Bearer ${token}` }
    expect(parseCredential({ headers }, rules)).toEqual({ type: 'multiple' })
  })

  test('count by what is in a list, as such a host writes lines', () => {
    const one = { headers: { authorization: [`Bearer ${token}`] } }
    expect(parseCredential(one, rules)).toEqual(bearer())
    expect(parseCredential({ headers: { authorization: [] } }, rules)).toMatchObject({ type: 'none' })
    expect(parseCredential({ headers: { 'x-api-key': [token, token] } }, withHeader)).toEqual({ type: 'multiple' })
  })

  test('do not hide what the client really sent', () => {
    const both = { rawHeaders: ['Authorization', 'Bearer sent'], headers: { authorization: `Bearer ${token}` } }
    expect(parseCredential(both, rules)).toEqual(bearer('sent'))
  })

  test.each([
    ['Authorization', `Bearer ${token}`],
    ['X-API-Key', token],
  ])('are not even built where the client sent a credential (%s)', (name, value) => {
    const incoming = {
      method: 'GET',
      url: '/',
      rawHeaders: [name, value],
      get headers(): never {
        throw new TypeError('built')
      },
    }
    expect(parseCredential(incoming, withHeader)).toMatchObject({ type: 'credential' })
  })

  test.each([
    ['Authorization', '', 'credential'],
    ['Authorization', 'Basic dXNlcjpwYXNz', 'credential'],
    ['Authorization', token, 'multiple'],
    ['Authorization', 'Bearer', 'multiple'],
  ])('count beside what the client sent under the other name (%s: %s)', (name, value, type) => {
    const both = { rawHeaders: [name, value], headers: { 'X-Api-Key': token } }
    expect(parseCredential(both, withHeader)).toMatchObject({ type })
  })

  test('are not looked up through the prototype', () => {
    const headers = Object.create({ authorization: `Bearer ${token}` }) as Record<string, string>
    expect(parseCredential({ headers }, rules)).toEqual(none)
    expect(parseCredential(request('__proto__', 'x', '__proto__', 'x'), rules)).toEqual(none)
  })

  test('never touches headersDistinct', () => {
    const incoming = {
      ...request('Authorization', `Bearer ${token}`),
      get headersDistinct(): never {
        throw new TypeError('touched')
      },
    }
    expect(parseCredential(incoming, rules)).toEqual(bearer())
  })
})

describe('a token in the URL', () => {
  test.each(['access_token', 'api_key', 'x'])('is not used, and the client is told (%s)', (name) => {
    const found = parseCredential({ ...request('Host', 'x'), url: `/a?b=1&${name}=${token}` }, rules)
    expect(found).toEqual({ type: 'none', hint: 'credential_in_url', isAttempt: true })
  })

  test('is an attempt also where another hint helps more', () => {
    const found = parseCredential({ ...request('Authorization', token), url: `/?k=${token}` }, rules)
    expect(found).toEqual({ type: 'none', hint: 'missing_scheme', isAttempt: true })
  })

  test.each([
    ['in the path', `/hooks/${token}`],
    ['in the path before a query', `/${token}?a=b`],
    ['with more of it encoded than must be', `/?k=${token.replaceAll('_', '%5f').replace('acme', '%61cme')}`],
    ['beside what cannot be decoded', `/?q=%zz%e9&k=${token.replaceAll('_', '%5F')}`],
  ])('is told %s', (_, url) => {
    const found = parseCredential({ ...request(), url }, rules)
    expect(found).toEqual({ type: 'none', hint: 'credential_in_url', isAttempt: true })
  })

  test("is not told where it is another product's", () => {
    for (const url of ['/?access_token=ghp_123', '/acme_production_', '/?q=acme%5Fproduction%5F', '/100%']) {
      expect(parseCredential({ ...request(), url }, rules)).toEqual(none)
    }
  })
})

describe('hostile input', () => {
  const throwing = new Proxy(
    {},
    {
      get() {
        throw new Error('trap')
      },
      ownKeys() {
        throw new Error('trap')
      },
    },
  )

  test.each([undefined, null, 42, {}, 'text', Symbol('s'), []])('an invalid request (%#) holds nothing', (value) => {
    expect(['none', 'malformed']).toContain(parseCredential(value as HttpRequest, rules).type)
  })

  test('what cannot be read is a broken credential', () => {
    expect(parseCredential(throwing, rules)).toEqual({ type: 'malformed', hint: 'not_a_string' })
    expect(parseCredential({ headers: throwing }, rules)).toEqual({
      type: 'malformed',
      hint: 'not_a_string',
    })
  })

  test.each([42, {}, null, Symbol('s')])('a value that is not text is a broken credential (%#)', (value) => {
    const rawHeaders = ['Authorization', value] as unknown as string[]
    expect(parseCredential({ rawHeaders }, rules)).toEqual({ type: 'malformed', hint: 'not_a_string' })
  })

  test('what every object inherits was not sent', () => {
    const inherited = {
      rawHeaders: ['Authorization', `Bearer ${token}`],
      headers: { authorization: `Bearer ${token}` },
    }
    onTestFinished(() => {
      for (const name of Object.keys(inherited)) Reflect.deleteProperty(Object.prototype, name)
    })
    Object.assign(Object.prototype, inherited)
    expect(parseCredential({}, rules)).toMatchObject({ type: 'none' })
    expect(parseCredential({ headers: {} }, rules)).toMatchObject({ type: 'none' })
    expect(parseCredential({ rawHeaders: [] }, rules)).toMatchObject({ type: 'none' })
    expect(parseCredential({ rawHeaders: [], headers: {} }, rules)).toMatchObject({ type: 'none' })
    expect(parseCredential({ headers: { authorization: `Bearer ${token.slice(0, -1)}` } }, rules)).toMatchObject({
      field: `Bearer ${token.slice(0, -1)}`,
    })
    // Node's own requests have theirs from other prototypes.
    class Http2Request {
      get rawHeaders(): string[] {
        return ['Authorization', `Bearer ${token}`]
      }
    }
    expect(parseCredential(new Http2Request(), rules)).toMatchObject({ field: `Bearer ${token}` })
  })

  test('50 MB of text are refused unread', () => {
    const huge = 'a'.repeat(50 * 1024 * 1024)
    expect(parse(`Bearer ${huge}`)).toEqual({ type: 'malformed', hint: 'too_long' })
    expect(parse(huge)).toEqual({ ...none, hint: 'unsupported_scheme' })
    expect(parseCredential(request('X-API-Key', huge), withHeader)).toEqual({ type: 'malformed', hint: 'too_long' })
  })

  test('any input yields a result', { timeout: 20_000 }, () => {
    const name = fc.constantFrom('authorization', 'Authorization', 'X-API-Key', 'x-api-key', '__proto__', 'host')
    const value = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constant(`Bearer ${token}`))
    fc.assert(
      fc.property(
        fc.record({
          rawHeaders: fc.oneof(fc.anything(), fc.array(fc.oneof(name, value))),
          headers: fc.oneof(fc.anything(), fc.dictionary(name, value)),
          url: fc.anything(),
        }),
        fc.boolean(),
        (incoming, accepts) => {
          const found = parseCredential(incoming as HttpRequest, accepts ? withHeader : rules)
          expect(['none', 'malformed', 'multiple', 'credential']).toContain(found.type)
        },
      ),
      { seed: 20, numRuns: 500 },
    )
  })

  test('a hint is the same for a key that exists and for any other of the same form', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9A-Za-z]{59}$/),
        fc.constantFrom('', 'Bearer', 'Bearer\t', 'Token '),
        (body, scheme) => {
          const value = `${scheme}acme_production_${body}`
          const known = `${scheme}${token.slice(0, -6)}`
          const hintOf = (found: unknown): unknown => (found as { hint?: unknown }).hint
          expect(hintOf(parse(value))).toEqual(hintOf(parse(known)))
        },
      ),
      { seed: 32, numRuns: 200 },
    )
  })
})

describe('bearer credentials of others', () => {
  const asked: string[] = []
  const isOthers = (text: string): boolean => (asked.push(text), text.startsWith('eyJ'))
  const others: CredentialRules = { ...withHeader, isOthers }
  const find = (looks: boolean, ...raw: readonly string[]): unknown => {
    asked.length = 0
    return parseCredential(request(...raw), others, looks)
  }

  test('are not looked at before they are known to be no token', () => {
    expect(find(false, 'Authorization', 'Bearer eyJ')).toEqual(bearer('eyJ'))
    expect(asked).toEqual([])
  })

  test('count as absent then, and are asked about once', () => {
    expect(find(true, 'Authorization', 'bearer  eyJ')).toEqual(none)
    expect(find(true, 'Authorization', `Bearer ${token}`)).toEqual(bearer())
    expect(asked).toEqual([token])
  })

  test('are looked at beside a key in a header, also where their length rules a token out', () => {
    expect(find(false, 'Authorization', 'Bearer eyJ', 'X-API-Key', token)).toEqual(header(token))
    expect(find(false, 'Authorization', `Bearer eyJ${'x'.repeat(9_000)}`, 'X-API-Key', token)).toEqual(header(token))
    expect(find(false, 'Authorization', `Bearer x`, 'X-API-Key', token)).toEqual({ type: 'multiple' })
    expect(find(false, 'Authorization', `Bearer ${'x'.repeat(9_000)}`, 'X-API-Key', token)).toEqual({
      type: 'multiple',
    })
  })

  test('are looked at before their length or a tab refuses them', () => {
    expect(find(false, 'Authorization', `Bearer eyJ${'x'.repeat(9_000)}`)).toEqual(none)
    expect(find(false, 'Authorization', 'Bearer\teyJ')).toEqual(none)
    expect(find(false, 'Authorization', `Bearer ${'x'.repeat(9_000)}`)).toEqual({ type: 'malformed', hint: 'too_long' })
    expect(find(false, 'Authorization', 'Bearer\t')).toEqual({ type: 'malformed', hint: 'whitespace' })
    expect(find(false, 'Authorization', `Bearer ${' '.repeat(9_000)}`)).toEqual({ type: 'malformed', hint: 'too_long' })
  })

  test('leave room for a key that the application set itself', () => {
    const set = {
      ...request('Authorization', 'Bearer eyJ'),
      headers: { authorization: 'Bearer eyJ', 'x-api-key': token },
    }
    expect(parseCredential(set, others, true)).toEqual(header(token))
  })
})
