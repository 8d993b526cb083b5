import { expect, test } from 'vitest'
import { describeValue } from '../../src/input/describe-value.ts'

test.each<[unknown, string]>([
  ['prompts:reed', '"prompts:reed"'],
  ['My app', '"My app"'],
  [7, '7'],
  [Number.NaN, 'NaN'],
  [null, 'null'],
  [[1], 'an array'],
  [Symbol('s'), 'symbol'],
  [{ toString: () => 'x' }, 'object'],
  ['', 'a text of 0 characters'],
  ['a\nb', 'a text of 3 characters'],
  [`acme_production_${'a'.repeat(65)}`, 'a text of 81 characters'],
  [`acme_production_${'a'.repeat(25)}`, 'a text of 41 characters'],
  ['x '.repeat(2_500_000), 'a text of 5000000 characters'],
])('an error says what came, unless it may be a token (%#)', (value, text) => {
  expect(describeValue(value)).toBe(text)
})
