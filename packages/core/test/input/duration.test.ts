import fc from 'fast-check'
import ms, { type StringValue } from 'ms'
import { expect, test } from 'vitest'
import { durationMs } from '../../src/input/duration.ts'

test('what is accepted means what the package ms makes of it', () => {
  const units = fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w')
  const amounts = fc.oneof(fc.nat(10_000), fc.bigInt({ min: 0n, max: 9_999_999_999_999_999n }))
  let accepted = 0
  fc.assert(
    fc.property(amounts, units, (amount, unit) => {
      const text = `${amount}${unit}`
      const read = durationMs(text)
      if (read === undefined) {
        expect(Number.isSafeInteger(ms(text as StringValue))).toBe(false)
      } else {
        accepted += 1
        expect(read).toBe(ms(text as StringValue))
      }
    }),
    { seed: 1, numRuns: 10_000 },
  )
  expect(accepted).toBeGreaterThan(5_000)
})

test('any other text that is accepted at all means the same to the package ms', () => {
  const pieces = fc.constantFrom(
    '1',
    '0',
    '24',
    '.',
    '-',
    '+',
    'e',
    ' ',
    'ms',
    's',
    'm',
    'h',
    'd',
    'w',
    'y',
    'days',
    'H',
  )
  let refused = 0
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 4 }).map((parts) => parts.join('')),
        fc.string(),
      ),
      (text) => {
        const read = durationMs(text)
        if (read === undefined) refused += 1
        else expect(read).toBe(ms(text as StringValue))
      },
    ),
    { seed: 2, numRuns: 10_000 },
  )
  expect(refused).toBeGreaterThan(1_000)
})

test.each([
  ['0ms', 0],
  ['0h', 0],
  ['24h', 86_400_000],
  ['90d', 7_776_000_000],
  ['2w', 1_209_600_000],
  ['007s', 7_000],
  ['9007199254740991ms', Number.MAX_SAFE_INTEGER],
  [0, 0],
  [1_500, 1_500],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
])('reads %j', (text, expected) => {
  expect(durationMs(text)).toBe(expected)
})

test.each([
  '',
  ' ',
  'h',
  '24',
  '1.5h',
  '-1h',
  '+1h',
  '1e3',
  '1e3h',
  ' 1h',
  '1h ',
  '1h\n',
  '1 h',
  '24 hours',
  '24H',
  '1y',
  '1h30m',
  '0x10s',
  '\u0661h',
  '\uff11h',
  '1h\u0000',
  '9007199254740992ms',
  '9999999999999999w',
  `${'9'.repeat(17)}ms`,
  '1'.repeat(1_000_000),
  'Infinityms',
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MAX_SAFE_INTEGER + 1,
  1e300,
  10n,
  true,
  null,
  undefined,
  {},
  ['1h'],
  Object('1h'),
  new Date(1),
])('refuses case %#, which is no duration', (hostile) => {
  expect(durationMs(hostile)).toBeUndefined()
})
