import { describe, expect, test } from 'vitest'
import { createFreeText } from '../../../src/keys/shapes/free-text.ts'

const freeText = createFreeText({ prefixes: ['acme'], environments: ['production'] })
const long = (text: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, text]))

describe('metadata', () => {
  test.each([
    [
      '4 096 bytes of it',
      { a: 'x'.repeat(1_000), b: 'x'.repeat(1_000), c: 'x'.repeat(1_000), d: 'x'.repeat(1_000), e: 'x'.repeat(60) },
    ],
    ['32 notes', long('x'.repeat(100), 32)],
    ['other alphabets', { team: '\u4e16'.repeat(1_000), face: '\u{1f600}'.repeat(20) }],
  ])('takes %s', (_, metadata) => {
    expect(freeText.metadata(metadata)).toEqual(metadata)
  })

  test.each([
    [
      'a byte more than 4 096',
      { a: 'x'.repeat(1_000), b: 'x'.repeat(1_000), c: 'x'.repeat(1_000), d: 'x'.repeat(1_000), e: 'x'.repeat(61) },
    ],
    ['too much of two bytes', long('\u00e9'.repeat(900), 3)],
    ['too much of three', long('\u4e16'.repeat(700), 2)],
    ['too much that is escaped', long('"'.repeat(1_000), 3)],
    ['33 notes', long('', 33)],
  ])('refuses %s', (_, metadata) => {
    expect(() => freeText.metadata(metadata)).toThrowError(expect.objectContaining({ field: 'metadata' }) as Error)
  })

  test('what is masked counts as it is stored', () => {
    const token = `acme_production_${'0'.repeat(65)}`
    expect(() => freeText.metadata(long(token, 32))).not.toThrow()
  })
})

describe('half a character', () => {
  test.each(['\ud800', 'a\udc00', '\udc00\ud800', '\ud83d team'])('%j is refused wherever text is', (text) => {
    const refused = (call: () => unknown, field: string): void =>
      expect(call).toThrowError(expect.objectContaining({ code: 'ERR_CLAVIGER_VALIDATION', field }) as Error)
    refused(() => freeText.name(text), 'name')
    refused(() => freeText.description(text), 'description')
    refused(() => freeText.reason(text), 'reason')
    refused(() => freeText.metadata({ note: text }), 'metadata.note')
    refused(() => freeText.metadata({ [text]: 'note' }), 'metadata')
  })

  test('a whole one is fine', () => {
    expect(freeText.name('Production \u{1f680}')).toBe('Production \u{1f680}')
  })
})
