import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TokenGrammar } from '../../src/token/grammar.ts'
import { createOurs } from '../../src/token/ours.ts'
import { formatToken } from '../../src/token/token.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base64url = `${base62}-_`
const ofLength = (alphabet: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength, maxLength })

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/)
const grammars: fc.Arbitrary<TokenGrammar> = fc.record({
  prefixes: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) as unknown as fc.Arbitrary<[string, ...string[]]>,
  environments: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
})
/** A grammar, and a token of it: of any of its prefixes, the previous ones too. */
const issued = grammars.chain((grammar) =>
  fc
    .record({
      prefix: fc.constantFrom(...grammar.prefixes),
      environment: fc.constantFrom(...grammar.environments),
      id: ofLength(base62, 16),
      secret: ofLength(base62, 43),
    })
    .map((parts) => ({ grammar, token: formatToken(parts), head: `${parts.prefix}_` })),
)

describe('what may be one of our tokens', () => {
  test('is every token of every prefix and environment, with anything around it', () => {
    const wrapped = fc.constantFrom<(token: string) => string>(
      (token) => token,
      (token) => `"${token}"`,
      (token) => `Bearer ${token}`,
      (token) => `Bearer Bearer ${token}`,
      (token) => `<${token}>`,
      (token) => ` ${token} `,
      (token) => `key=${token}`,
      (token) => `\u00e2\u0080\u009c${token}\u00e2\u0080\u009d`,
      (token) => `x${token}x`,
      (token) => Buffer.from(token).toString('base64'),
      (token) => `Basic ${Buffer.from(`${token}:`).toString('base64')}`,
    )
    fc.assert(
      fc.property(issued, wrapped, ({ grammar, token }, wrap) => {
        expect(createOurs(grammar).isOurs(wrap(token))).toBe(true)
      }),
    )
  })

  test('is a token cut anywhere behind its prefix, in quotes too', () => {
    fc.assert(
      fc.property(issued, fc.nat(), fc.constantFrom('', '"', "'", ' ', '<', 'Bearer '), (made, nat, before) => {
        const { grammar, token, head } = made
        const length = head.length + (nat % (token.length - head.length))
        expect(createOurs(grammar).isOurs(before + token.slice(0, length))).toBe(true)
      }),
    )
  })

  test('is a JWT whose claims hold a token, as they are and encoded', () => {
    fc.assert(
      fc.property(issued, fc.json(), ({ grammar, token }, more) => {
        const { isOurs, holdsToken } = createOurs(grammar)
        const claims = JSON.stringify({ more, key: token })
        const encoded = Buffer.from(claims).toString('base64url')
        for (const text of [`eyJhbGciOiJIUzI1NiJ9.${encoded}.c2ln`, `eyJhbGciOiJIUzI1NiJ9.${token}.c2ln`]) {
          expect([isOurs(text), holdsToken(text), isOurs(`Bearer ${text}`)]).toEqual([true, true, true])
        }
      }),
    )
  })

  test('is no JWT and no random text of others, whatever the prefixes are', () => {
    const jwt = fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue()), ofLength(base64url, 43, 200))
      .map(
        ([claims, signature]) =>
          `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`,
      )
    fc.assert(
      fc.property(grammars, jwt, (grammar, text) => {
        expect(createOurs(grammar).isOurs(text)).toBe(false)
        expect(createOurs(grammar).isOurs(`Bearer ${text}`)).toBe(false)
      }),
    )
    fc.assert(
      fc.property(grammars, ofLength(base62, 20, 300), (grammar, text) => {
        fc.pre(!/^your/i.test(text))
        expect(createOurs(grammar).isOurs(text)).toBe(false)
      }),
    )
  })

  test('is not a text of a similar prefix: longer, shorter, or with more before it', () => {
    fc.assert(
      fc.property(issued, name, ofLength(base62, 0, 80), ({ grammar, head }, more, rest) => {
        const prefix = head.slice(0, -1)
        const others = [`${prefix}${more}_${rest}`, `${more}${prefix}_${rest}`, `${prefix}-${rest}`, `${prefix}${rest}`]
        for (const text of others) {
          const [first = ''] = text.split('_', 1)
          fc.pre(!text.includes('_') || !grammar.prefixes.includes(first))
          expect(createOurs(grammar).isOurs(text)).toBe(/^your/i.test(text) || isPlaceholder(text))
        }
      }),
    )
  })

  test('is decided for any text in time that grows with its length only', () => {
    const { isOurs } = createOurs({ prefixes: ['acme'], environments: ['production'] })
    for (const piece of [' ', '"', 'acme_', '.', 'bearer ', 'acme_production_', '$', 'your ', 'a.b ']) {
      expect(typeof isOurs(piece.repeat(200_000))).toBe('boolean')
    }
  })
})

const { isOurs, holdsToken } = createOurs({ prefixes: ['acme', 'old'], environments: ['production', 'ci'] })

/** As the code has it, so that random names which happen to be one do not fail a property. */
function isPlaceholder(text: string): boolean {
  return createOurs({ prefixes: ['zzzzzzzzzzzzzzzz'], environments: ['z'] }).isOurs(text)
}

test.each([undefined, null, 7, {}, [], ['acme_production_x'], Symbol('acme_'), Buffer.from('acme_x')])(
  'what is no text is no token (%s)',
  (value) => {
    expect(isOurs(value)).toBe(false)
  },
)

test.each([
  '',
  ' ',
  'Bearer',
  'acme',
  'acmex_production_1',
  'xacme_1',
  'my.acme_1',
  'x-acme_1',
  'oldest_1',
  'ghp_16C7',
  'yourtoken7',
])('others: %j', (text) => {
  expect(isOurs(text)).toBe(false)
})

test.each([
  'acme_',
  'acme_x',
  'old_x',
  'ACME_PRODUCTION_7Fq2',
  'Bearer acme_x',
  'token: acme_x',
  '$ACME_API_KEY',
  '${API_KEY}',
  'YOUR_API_KEY',
  'your-api-key',
  'YOUR_KEY_1',
  'yourkey',
  '"undefined"',
  'Bearer undefined',
  'Bearer YOUR_API_KEY',
  '<token>',
  'xxx',
  '[object Object]',
])('ours: %j', (text) => {
  expect(isOurs(text)).toBe(true)
})

test('an imported token is ours, alone, behind its scheme and in quotes', () => {
  const withImported = createOurs({ prefixes: ['acme'], environments: ['ci'] }, (text) => /^sk_[0-9a-f]{8}$/.test(text))
  for (const text of ['sk_0123abcd', 'Bearer sk_0123abcd', '"sk_0123abcd"']) {
    expect([withImported.isOurs(text), withImported.holdsToken(text)]).toEqual([true, true])
  }
  expect(withImported.isOurs('sk_0123abcde')).toBe(false)
})

test('a text holds a token only with prefix and environment', () => {
  expect(['acme_production_', '"old_ci_x', 'ACME_CI_x', 'a=acme_ci_'].map(holdsToken)).toEqual([true, true, true, true])
  expect(['acme_x', 'acme_sess_1', 'x_acme_ci_1', 'undefined'].map(holdsToken)).toEqual([false, false, false, false])
})
