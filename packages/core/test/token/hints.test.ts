import { describe, expect, test } from 'vitest'
import type { TokenGrammar } from '../../src/token/grammar.ts'
import { explainMalformed } from '../../src/token/hints.ts'
import { formatToken } from '../../src/token/token.ts'

const grammar: TokenGrammar = { prefixes: ['acme'], environments: ['production'] }
const token = formatToken({ prefix: 'acme', environment: 'production', id: 'A'.repeat(16), secret: 'b'.repeat(43) })

describe('explainMalformed', () => {
  test.each([
    ['nothing', '', 'empty'],
    ['a scheme before the token', `Bearer ${token}`, 'scheme_twice'],
    ['a scheme and nothing else', 'bearer', 'scheme_twice'],
    ['a header name before the token', `Authorization: ${token}`, 'scheme_twice'],
    ['double quotes', `"${token}"`, 'surrounding_quotes'],
    ['single quotes', `'${token}'`, 'surrounding_quotes'],
    ['typographic quotes', `\u201c${token}\u201d`, 'surrounding_quotes'],
    ['typographic quotes, read as Latin-1', `\u00e2\u0080\u009c${token}`, 'surrounding_quotes'],
    ['one quote, at the end', `${token}"`, 'surrounding_quotes'],
    ['the brackets of an example, with the token in them', `<${token}>`, 'surrounding_quotes'],
    ['the braces of a template, with the token in them', `\${${token}}`, 'surrounding_quotes'],
    ['a carriage return of a Windows file', `${token}\r`, 'whitespace'],
    ['a line break in the middle', `${token.slice(0, 40)}\n${token.slice(40)}`, 'whitespace'],
    ['a leading space', ` ${token}`, 'whitespace'],
    ['a no-break space', `${token}\u00a0`, 'whitespace'],
    ['a variable that was undefined', 'undefined', 'placeholder'],
    ['a variable that was null', 'null', 'placeholder'],
    ['an object', '[object Object]', 'placeholder'],
    ['a shell variable', '${ACME_KEY}', 'placeholder'],
    ['a Windows variable', '%ACME_KEY%', 'placeholder'],
    ['a template', '{{ api_key }}', 'placeholder'],
    ['an example', '<your-api-key>', 'placeholder'],
    ['an example without brackets', 'YOUR_API_KEY', 'placeholder'],
    ['stars', '********', 'placeholder'],
    ['NUL', `${token.slice(0, 30)}\0${token.slice(31)}`, 'illegal_character'],
    ['the URI form of RFC 8959', `secret-token:${token}`, 'illegal_character'],
    ['a zero-width space', `${token.slice(0, 30)}\u200b${token.slice(31)}`, 'illegal_character'],
    ['a key of GitHub', `ghp_${'a'.repeat(36)}`, 'foreign_prefix'],
    ['a key of Stripe', `sk_live_${'a'.repeat(24)}`, 'foreign_prefix'],
    ['no separator at all', 'a'.repeat(65), 'foreign_prefix'],
    ['an undeclared environment', token.replace('production', 'staging'), 'unknown_environment'],
    ['the prefix alone', 'acme', 'truncated'],
    ['a cut-off token', token.slice(0, -1), 'truncated'],
    ['the mask of a token', `${token.slice(0, 20)}...${token.slice(-4)}`, 'illegal_character'],
    ['a changed character', `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, 'checksum'],
    ['one character too many', `${token}0`, 'too_long'],
    ['more than 128 characters', 'a'.repeat(129), 'too_long'],
    ['two tokens, one behind the other', token + token, 'too_long'],
  ])('tells %s', (_, text, hint) => {
    expect(explainMalformed(text, grammar)).toBe(hint)
  })

  test('comes to an end on text made to backtrack', () => {
    for (const part of [
      'your',
      'x',
      '*',
      '.',
      '"',
      '{',
      '$',
      '<',
      '[object ',
      'bearer ',
      '_',
      'acme_',
      '\u00e2\u0080',
    ]) {
      const text = part.repeat(128).slice(0, 128)
      expect(explainMalformed(text, grammar)).toMatch(/^[a-z_]+$/)
    }
  })
})
