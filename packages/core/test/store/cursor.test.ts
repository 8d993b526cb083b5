import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ValidationError } from '../../src/errors/errors.ts'
import { decodeCursor, encodeCursor } from '../../src/store/cursor.ts'

describe('a cursor', () => {
  test('reads back to the position it was written from, in characters a URL leaves alone', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.slice(0, 255)),
        (at, id) => {
          const cursor = encodeCursor({ at: at === 0 ? 0 : at, id })
          expect(cursor).toMatch(/^[\w-]+$/)
          expect(decodeCursor(cursor)).toEqual({ at: at === 0 ? 0 : at, id })
        },
      ),
      { seed: 6, numRuns: 500 },
    )
  })

  test.each(['\u4f60', '\u{1f511}', '\n', '"', 'x'])('reads back with the longest id, made of %j', (character) => {
    const position = {
      at: Number.MAX_SAFE_INTEGER,
      id: character.repeat(Math.floor(255 / character.length)).padEnd(255, 'x'),
    }
    expect(decodeCursor(encodeCursor(position))).toEqual(position)
  })

  const written = encodeCursor({ at: 7, id: 'key0000000000001' })

  test.each([
    ['nothing', ''],
    ['no JSON', 'x'],
    ['a number', encode(7)],
    ['null', encode(null)],
    ['an object', encode({ at: 1, id: 'x' })],
    ['one value', encode([1])],
    ['three values', encode([1, 'x', 'y'])],
    ['values in the wrong order', encode(['x', 1])],
    ['a fraction', encode([1.5, 'x'])],
    ['an inexact integer', encode([2 ** 53, 'x'])],
    ['an instant as a text', encode(['1', 'x'])],
    ['an id of 256 characters', encode([1, 'x'.repeat(256)])],
    ['an object in place of the id', encode([1, { $gt: '' }])],
    ['an id with NUL', encode([1, 'a\0b'])],
    ['an id with half a character', encode([1, '\ud83d'])],
    ['too much of it', encode([1, 'x'.repeat(100_000)])],
    ['JSON that is deep', Buffer.from('['.repeat(1_000)).toString('base64url')],
    ['a space behind it', `${written} `],
    ['a character that base64 decoders skip', `${written.slice(0, 5)}*${written.slice(5)}`],
    ['a cursor written another way', Buffer.from('[7, "key0000000000001"]').toString('base64url')],
  ])('is refused when it is %s', (_, cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(ValidationError)
    expect(() => decodeCursor(cursor)).toThrow(expect.objectContaining({ field: 'cursor' }))
  })
})

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
