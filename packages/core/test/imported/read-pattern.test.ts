import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PatternFacts, readPattern } from '../../src/imported/read-pattern.ts'
import { partOf } from '../support/property-runs.ts'

const read = (pattern: RegExp): PatternFacts => {
  const facts = readPattern(pattern.source, 128)
  if (typeof facts === 'string') throw new Error(facts)
  return facts
}

describe('what a pattern says of its texts', () => {
  test.each<[RegExp, Partial<PatternFacts>]>([
    [/^sk_live_[0-9a-f]{32}$/, { isAnchored: true, ways: 1, shortest: 40, hasLiteral: true }],
    [/^(?:sk|rk)_[a-z]{4,8}$/, { ways: 10, shortest: 7 }],
    [/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { ways: 1, shortest: 36, hasLiteral: true }],
    [/^\d+\|(?<secret>[0-9A-Za-z]{40})$/, { ways: 128, shortest: 42, hasLiteral: true }],
    [/^a{20}$|^b{21}$/, { isAnchored: true, ways: 2, shortest: 20 }],
    [/^a|b$/, { isAnchored: false }],
    [/^a\$/, { isAnchored: false }],
    [/a$/, { isAnchored: false }],
    [/^[$|^)\]]{9}$/, { isAnchored: true, shortest: 9, hasLiteral: false }],
    [/^[^]+$/, { shortest: 1, hasLiteral: false }],
    [/^(?:|a)$/, { shortest: 0, hasLiteral: false }],
    [/^\x41\u0042-\.$/, { shortest: 4, hasLiteral: true }],
    [/^x{3,}$/, { ways: 126, shortest: 3 }],
    [/^.{4000000000}$/, { ways: 1, shortest: 129 }],
  ])('%s', (pattern, facts) => {
    expect(read(pattern)).toMatchObject(facts)
  })

  test.each([/^(a+)+$/, /^(a|a)*$/, /^(?:a|ab)*$/, /^(\w+\d+)+$/, /^a*a*a*$/, /^(?:(?:a{0,9}){0,9}){0,9}$/])(
    'nested or overlapping repetitions are very many ways: %s',
    (pattern) => {
      expect(read(pattern).ways).toBeGreaterThan(20_000)
    },
  )

  test.each([
    /^(?=a)a$/,
    /^(?!a)b$/,
    /^(?<=a)b$/,
    /^(a)\1$/,
    /^(?<secret>a)\k<secret>$/,
    /^a\b$/,
    /^a(?:^b)$/,
    /^(?<key>a)$/,
  ])('is not told where more than reading decides: %s', (pattern) => {
    expect(typeof readPattern(pattern.source, 128)).toBe('string')
  })

  test('the shortest text is never longer than one that matches', () => {
    const atom = fc.constantFrom('a', '[ab]', '\\d', '(?:ab|c)', '(?:a[bc]?)', '.', '\\.', '(?<secret>b)')
    const quantifier = fc.constantFrom('', '?', '*', '+', '{2}', '{1,3}', '{2,}', '+?')
    const source = fc
      .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map(([one, many]) => one + many).join(''))
      .filter((text) => text.split('secret').length < 3)
    fc.assert(
      fc.property(source, (text) => {
        const pattern = new RegExp(`^${text}$`)
        const { shortest, isAnchored } = read(pattern)
        expect(isAnchored).toBe(true)
        const alphabet = ['a', 'b', 'c', '1', '.']
        let texts = ['']
        for (let length = 0; length < Math.min(shortest, 5); length += 1) {
          expect(texts.filter((each) => pattern.test(each))).toEqual([])
          texts = texts.flatMap((each) => alphabet.map((more) => each + more))
        }
      }),
      { numRuns: partOf(200) },
    )
  })
})
