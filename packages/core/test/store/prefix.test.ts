import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textAfter } from '../../src/store/prefix.ts'

const wellFormed = fc.string({ unit: 'binary' })

describe('the range that holds what begins with a prefix', () => {
  test('holds a text, in the order of UTF-8, exactly when it begins with the prefix', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, fc.boolean(), (prefix, other, extend) => {
        const text = extend ? prefix + other : other
        expect(isWithin(text, prefix)).toBe(text.startsWith(prefix))
      }),
      { seed: 7, numRuns: 1_000 },
    )
  })

  test.each([
    ['a', 'b'],
    ['az', 'a{'],
    ['%', '&'],
    ['\u007f', '\u0080'],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['a\u{10ffff}', 'b'],
  ])('of %j ends before %j', (prefix, after) => {
    expect(textAfter(prefix)).toBe(after)
  })

  test('has no end where nothing can come behind', () => {
    expect(textAfter('')).toBeUndefined()
    expect(textAfter('\u{10ffff}\u{10ffff}')).toBeUndefined()
  })
})

function isWithin(text: string, prefix: string): boolean {
  const after = textAfter(prefix)
  const bytes = Buffer.from(text)
  return (
    Buffer.compare(bytes, Buffer.from(prefix)) >= 0 &&
    (after === undefined || Buffer.compare(bytes, Buffer.from(after)) < 0)
  )
}
