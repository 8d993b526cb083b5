import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ApiKeyMistake, findMistake } from '../../src/key/mistake.ts'
import { describeMistake } from '../../src/key/mistake-text.ts'
import { acmeTokens } from './tokens.ts'

const { production: key, ci, parse } = await acmeTokens()
const cutKey = key.slice(0, -9)
const altered = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`

describe('with the prefix known', () => {
  const cases: readonly (readonly [text: unknown, mistake: ApiKeyMistake | undefined])[] = [
    [key, undefined],
    [ci, undefined],
    [undefined, 'not_set'],
    [null, 'not_set'],
    ['', 'empty'],
    ['   ', 'empty'],
    ['\n', 'empty'],
    [42, 'not_text'],
    [`Bearer ${key}`, 'scheme'],
    [`bearer ${key}`, 'scheme'],
    [`Authorization: Bearer ${key}`, 'scheme'],
    [`X-API-Key: ${key}`, 'scheme'],
    ['Bearer', 'scheme'],
    [`ACME_API_KEY=${key}`, 'assignment'],
    [`export ACME_API_KEY=${key}`, 'assignment'],
    [`$env:ACME_API_KEY = '${key}'`, 'assignment'],
    [`"${key}"`, 'quotes'],
    [`'${key}'`, 'quotes'],
    [`\`${key}\``, 'quotes'],
    [`"${key}`, 'quotes'],
    [`${key}'`, 'quotes'],
    [`\u201c${key}\u201d`, 'quotes'],
    [`"${key}"\n`, 'quotes'],
    [`<${key}>`, 'quotes'],
    [`<acme_production_abc>`, 'quotes'],
    ['${' + key + '}', 'quotes'],
    ['<your key>', 'placeholder'],
    ['your_api_key_here', 'placeholder'],
    ['YOUR-KEY', 'placeholder'],
    ['acme_api_key', 'placeholder'],
    ['acme_production_xxxx', 'placeholder'],
    ['xxxxxxxx', 'placeholder'],
    ['undefined', 'placeholder'],
    ['null', 'placeholder'],
    ['changeme', 'placeholder'],
    ['$ACME_API_KEY', 'placeholder'],
    ['${{ secrets.ACME_API_KEY }}', 'placeholder'],
    ['%ACME_API_KEY%', 'placeholder'],
    ['{{ acme_key }}', 'placeholder'],
    ['acme_production_7Fq2\u20269aXc', 'masked'],
    ['acme_production_7Fq2...', 'masked'],
    ['acme_production_7Fq2****', 'masked'],
    [`${key}\n`, 'newline'],
    [`${key}\r`, 'newline'],
    [`${key}\r\n`, 'newline'],
    [`\n${key}`, 'newline'],
    [`${key.slice(0, 40)}\n${key.slice(40)}`, 'newline'],
    [`${key}\\n`, 'newline'],
    [` ${key}`, 'whitespace'],
    [`${key} `, 'whitespace'],
    [`${key}\t`, 'whitespace'],
    [`\ufeff${key}`, 'whitespace'],
    [`${key}\u200b`, 'whitespace'],
    [`${key} ${key}`, 'whitespace'],
    [`${key},${key}`, 'illegal_character'],
    [key.replaceAll('_', '-'), 'illegal_character'],
    [`${key.slice(0, -1)}\u00e4`, 'illegal_character'],
    [`other${key.slice(4)}`, 'foreign_prefix'],
    [`ACME${key.slice(4)}`, 'foreign_prefix'],
    ['ghp_0123456789', 'foreign_prefix'],
    [cutKey, 'truncated'],
    ['acme_production_', 'truncated'],
    ['acme_', 'truncated'],
    ['acm', 'truncated'],
    [`${key}0`, 'too_long'],
    [key + key, 'too_long'],
    ['x'.repeat(10_000), 'too_long'],
    [altered, 'altered'],
  ]

  test.each(
    cases.map(([text, mistake]) => ({
      shown: JSON.stringify(text)?.replaceAll(key, '<key>').slice(0, 60),
      text,
      mistake,
    })),
  )('$shown is found to be: $mistake', ({ text, mistake }) => {
    expect(findMistake(text, { prefixes: ['acme'] })).toBe(mistake)
  })
})

describe('with several prefixes', () => {
  const prefixes = ['acme', 'old']

  test('a key of any of them is taken, and no other', () => {
    expect(findMistake(key, { prefixes })).toBeUndefined()
    expect(findMistake(key, { prefixes: ['old', 'acme'] })).toBeUndefined()
    expect(findMistake(key, { prefixes: ['old'] })).toBe('foreign_prefix')
    expect(findMistake('ol', { prefixes })).toBe('truncated')
  })

  test('all are named', () => {
    const { what } = describeMistake('foreign_prefix', { prefixes, text: 'x' })
    expect(what).toBe('The API key is not a key of this API: those begin with acme_ or old_.')
  })
})

test('a text of two keys without anything between them is no key', () => {
  expect(findMistake(key + key, {})).toBeDefined()
})

test('an environment that is not wanted is found', () => {
  expect(findMistake(ci, { prefixes: ['acme'], environments: ['production'] })).toBe('unknown_environment')
  expect(findMistake(key, { prefixes: ['acme'], environments: ['production'] })).toBeUndefined()
})

describe('keys of other forms', () => {
  const otherForms = /sk_live_[a-f0-9]{8}/g

  test('are accepted when the whole text matches, each time', () => {
    for (const _ of [1, 2, 3])
      expect(findMistake('sk_live_0123abcd', { prefixes: ['acme'], otherForms })).toBeUndefined()
  })

  test('are not accepted in part, nor with what a header cannot carry', () => {
    expect(findMistake('sk_live_0123abcd0', { prefixes: ['acme'], otherForms })).toBe('foreign_prefix')
    expect(findMistake('sk_live_0123abcd\n', { prefixes: ['acme'], otherForms: /sk_live_[a-f0-9]{8}\n?/ })).toBe(
      'newline',
    )
  })
})

describe('compared with the keyring that made the key', () => {
  const anywhere = fc.nat(key.length - 1)
  const character = fc.constantFrom(...Array.from('0123456789ABCXYZabcxyz_- "\n'))

  test('what one takes for a key, the other does: one character exchanged', async () => {
    await fc.assert(
      fc.asyncProperty(anywhere, character, async (at, other) => {
        const changed = key.slice(0, at) + other + key.slice(at + 1)
        const isKey = findMistake(changed, { prefixes: ['acme'] }) === undefined
        expect(isKey).toBe((await parse(changed)) === 'ok')
      }),
      { numRuns: 300 },
    )
  })

  test('every beginning of a key is refused by both', async () => {
    for (let length = 1; length < key.length; length++) {
      const start = key.slice(0, length)
      expect([start.length, findMistake(start, { prefixes: ['acme'] })]).toEqual([length, 'truncated'])
      expect(await parse(start)).not.toBe('ok')
    }
  })

  test('neither throws, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        expect(findMistake(text, { prefixes: ['acme'] })).toBeDefined()
        expect(await parse(text)).not.toBe('ok')
      }),
    )
  })
})

describe('what is said', () => {
  const mistakes: readonly ApiKeyMistake[] = [
    'not_set',
    'empty',
    'not_text',
    'scheme',
    'assignment',
    'quotes',
    'placeholder',
    'masked',
    'newline',
    'whitespace',
    'illegal_character',
    'foreign_prefix',
    'unknown_environment',
    'truncated',
    'too_long',
    'altered',
  ]

  test.each(mistakes)('of %s names the variable, what is wrong and how to fix it, and never the text', (mistake) => {
    const { what, fix } = describeMistake(mistake, {
      variable: 'ACME_API_KEY',
      prefixes: ['acme'],
      environments: ['ci'],
      text: key,
    })
    expect(what).toMatch(/^ACME_API_KEY .+\.$/)
    expect(fix.length).toBeGreaterThan(10)
    for (let at = 20; at + 8 <= key.length; at++) expect(what + fix).not.toContain(key.slice(at, at + 8))
  })

  test('of a key that was cut off has both lengths', () => {
    const { what } = describeMistake('truncated', { variable: 'ACME_API_KEY', text: cutKey })
    expect(what).toBe('ACME_API_KEY was cut off: it has 72 characters, and this key should have 81.')
  })
})

test('finding takes time in proportion to the length, also for texts made to be slow', () => {
  const startedAt = process.cpuUsage().user
  for (const text of [
    '<'.repeat(4000),
    '_x'.repeat(2000),
    '%'.repeat(4000),
    `your${'-'.repeat(4000)}\n`,
    '{'.repeat(4000),
  ]) {
    findMistake(text, { prefixes: ['acme'] })
  }
  expect(process.cpuUsage().user - startedAt).toBeLessThan(500_000)
})
