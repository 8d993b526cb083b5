import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TokenGrammar } from '../../src/token/grammar.ts'
import { formatToken, maskToken, parseToken, tokenPattern } from '../../src/token/token.ts'

const grammar: TokenGrammar = { prefixes: ['acme', 'old'], environments: ['production', 'staging', 'a'] }
const id = '7Fq2aaaaBBBB0000'
const secret = 'S'.repeat(43)
const token = formatToken({ prefix: 'acme', environment: 'production', id, secret })

const base62 = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')),
    minLength: length,
    maxLength: length,
  })

const anyToken = fc
  .record({
    prefix: fc.constantFrom(...grammar.prefixes),
    environment: fc.constantFrom(...grammar.environments),
    id: base62(16),
    secret: base62(43),
  })
  .map((parts) => ({ parts, text: formatToken(parts) }))

const hintOf = (text: unknown): string | undefined => {
  const parsed = parseToken(text, grammar)
  return parsed.ok ? undefined : parsed.hint
}

describe('a token', () => {
  test('is prefix, environment and 65 characters, never more than 128', () => {
    expect(token).toMatch(/^acme_production_[0-9A-Za-z]{65}$/)
    const longest = formatToken({ prefix: 'a'.repeat(16), environment: 'e'.repeat(16), id, secret })
    expect(longest.length).toBeLessThanOrEqual(128)
  })

  test('has a check that does not change between releases', () => {
    expect(token.slice(-6)).toBe('3xbcDQ')
    expect(formatToken({ prefix: 'old', environment: 'a', id: '0'.repeat(16), secret: '0'.repeat(43) }).slice(-6)).toBe(
      '0B70eM',
    )
  })

  test('parses back to what it was made from, whatever that was', () => {
    fc.assert(
      fc.property(anyToken, ({ parts: { secret: _, ...parts }, text }) => {
        expect(parseToken(text, grammar)).toEqual({ ok: true, parts })
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('is accepted under every declared prefix and no other', () => {
    const parts = { environment: 'staging', id, secret }
    expect(hintOf(formatToken({ ...parts, prefix: 'old' }))).toBeUndefined()
    expect(hintOf(formatToken({ ...parts, prefix: 'acm' }))).toBe('foreign_prefix')
    expect(hintOf(formatToken({ ...parts, prefix: 'acmee' }))).toBe('foreign_prefix')
  })

  test('is refused with any one character changed', () => {
    fc.assert(
      fc.property(anyToken, fc.nat(), base62(1), ({ text }, place, replacement) => {
        const at = place % text.length
        fc.pre(text[at] !== replacement)
        expect(parseToken(text.slice(0, at) + replacement + text.slice(at + 1), grammar).ok).toBe(false)
      }),
      { seed: 2, numRuns: 2_000 },
    )
  })

  test('is refused with two neighbouring characters swapped', () => {
    for (let at = token.length - 65; at < token.length - 1; at += 1) {
      const swapped = token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2)
      if (swapped !== token) expect(hintOf(swapped)).toBe('checksum')
    }
  })

  test('is refused in another letter case', () => {
    expect(hintOf(token.toUpperCase())).toBe('foreign_prefix')
    expect(hintOf(token.toLowerCase())).toBe('checksum')
    expect(hintOf(`Acme${token.slice(4)}`)).toBe('foreign_prefix')
  })

  test('is refused with any number of its last characters missing', () => {
    for (let length = 0; length < token.length; length += 1)
      expect(parseToken(token.slice(0, length), grammar).ok).toBe(false)
    for (let missing = 1; missing <= 65; missing += 1) expect(hintOf(token.slice(0, -missing))).toBe('truncated')
  })

  test('is refused with anything before or behind it: nothing is trimmed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 70 }), (extra) => {
        expect(parseToken(extra + token, grammar).ok).toBe(false)
        expect(parseToken(token + extra, grammar).ok).toBe(false)
      }),
      { seed: 3, numRuns: 1_000 },
    )
  })

  test.each(['-', '.', ':', '*', '/', '%', ' ', '\0', '\u00e9', '\u{1f511}', '_'])(
    'is refused with %j in its id or secret',
    (character) => {
      const wrong = {
        prefix: 'acme',
        environment: 'production',
        id: `${id.slice(0, 8)}${character}${id.slice(9)}`,
        secret,
      }
      expect(parseToken(formatToken(wrong), grammar).ok).toBe(false)
      expect(parseToken(formatToken({ ...wrong, id, secret: `${character}${secret.slice(1)}` }), grammar).ok).toBe(
        false,
      )
    },
  )

  test('is refused with an empty id or secret', () => {
    const parts = { prefix: 'acme', environment: 'production' }
    expect(hintOf(formatToken({ ...parts, id: '', secret }))).toBe('truncated')
    expect(hintOf(formatToken({ ...parts, id, secret: '' }))).toBe('truncated')
    expect(hintOf(formatToken({ ...parts, id: '', secret: '' }))).toBe('truncated')
  })

  test('is refused with an empty prefix or environment', () => {
    expect(parseToken(formatToken({ prefix: '', environment: 'production', id, secret }), grammar).ok).toBe(false)
    expect(parseToken(formatToken({ prefix: 'acme', environment: '', id, secret }), grammar).ok).toBe(false)
    expect(
      parseToken(formatToken({ prefix: 'acme', environment: '', id, secret }).replace('__', '_'), grammar).ok,
    ).toBe(false)
  })

  test('of an undeclared environment is refused, and the hint says so', () => {
    expect(hintOf(formatToken({ prefix: 'acme', environment: 'ci', id, secret }))).toBe('unknown_environment')
  })

  test('takes no name from an object prototype for a prefix or environment', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(parseToken(formatToken({ prefix: name, environment: 'production', id, secret }), grammar).ok).toBe(false)
      expect(parseToken(formatToken({ prefix: 'acme', environment: name, id, secret }), grammar).ok).toBe(false)
    }
  })
})

describe('parseToken', () => {
  test.each([undefined, null, 7, true, {}, [token], Object(token), Symbol('x'), () => token, Buffer.from(token)])(
    'refuses what is not a string: %o',
    (value) => {
      expect(parseToken(value, grammar)).toEqual({ ok: false, hint: 'not_a_string' })
    },
  )

  test('is total: any text gives a result', () => {
    const nearly = fc
      .tuple(anyToken, fc.string({ unit: 'binary', maxLength: 5 }), fc.nat(99))
      .map(([{ text }, insert, at]) => text.slice(0, at) + insert + text.slice(at))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), nearly), (text) => {
        const parsed = parseToken(text, grammar)
        if (parsed.ok) expect(text).toBe(formatToken({ ...parsed.parts, secret: text.slice(-49, -6) }))
        else expect(parsed.hint).toMatch(/^[a-z_]+$/)
      }),
      { seed: 4, numRuns: 3_000 },
    )
  })

  test('refuses long and repetitive text', () => {
    for (const text of [
      '_'.repeat(128),
      'a'.repeat(127),
      'acme_'.repeat(25),
      'acme_production_'.repeat(8),
      '_'.repeat(1_000_000),
    ]) {
      expect(parseToken(text, grammar).ok).toBe(false)
    }
  })

  test('gives the same hint for existing and for random ids: it is a function of the text', () => {
    expect(parseToken(token.slice(0, -1), grammar)).toEqual(parseToken(`acme_production_${'0'.repeat(64)}`, grammar))
  })
})

describe('maskToken', () => {
  test('shows four characters of the id and the last four, and none of the secret', () => {
    expect(maskToken(token)).toBe(`acme_production_7Fq2\u2026${token.slice(-4)}`)
    expect(maskToken(token)).not.toContain('S'.repeat(5))
  })
})

describe('tokenPattern', () => {
  const pattern = tokenPattern(grammar)

  test('finds tokens in any text, also where escapes stand right before or behind them', () => {
    const other = formatToken({ prefix: 'old', environment: 'a', id, secret })
    const texts = [
      `key=${token};`,
      `"${token}"`,
      `Authorization: Bearer ${token}\r\n`,
      JSON.stringify(`\n${token}\n`),
      `Bearer%20${token}%0A`,
      `https://example.com/?key=${other}&x=1`,
      `(${other})`,
      `MY_KEY_${token}`,
    ]
    for (const text of texts) {
      const redacted = text.replace(pattern, '[key]')
      expect(redacted).toContain('[key]')
      expect(redacted).not.toContain(secret)
    }
  })

  test('does not find other things', () => {
    for (const text of [maskToken(token), token.slice(0, -1), `ghp_${'a'.repeat(36)}`, 'acme_production_', '']) {
      expect(text).not.toMatch(pattern)
    }
  })

  test('has no flags, so that every use starts afresh', () => {
    expect(pattern.flags).toBe('')
    expect([pattern.test(token), pattern.test(token)]).toEqual([true, true])
  })
})
