import fc from 'fast-check'
import ms, { type StringValue } from 'ms'
import { describe, expect, test } from 'vitest'
import { durationMs, parseDuration } from '../../src/input/duration.ts'

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
])('refuses case %#, which is not a duration', (hostile) => {
  expect(durationMs(hostile)).toBeUndefined()
})

describe('on the scale of people', () => {
  const refusalOf = (value: unknown, usual: 'h' | 'd'): string => {
    try {
      return `read as ${parseDuration('policy.rotateAfter', value, usual, (message) => new Error(message))}`
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each([
    [90, 'd', "policy.rotateAfter: 90 would be 90 milliseconds. Write '90d' for 90 days, or '90ms'."],
    [24, 'h', "policy.rotateAfter: 24 would be 24 milliseconds. Write '24h' for 24 hours, or '24ms'."],
    [999, 'd', "policy.rotateAfter: 999 would be 999 milliseconds. Write '999d' for 999 days, or '999ms'."],
    ['90', 'd', `policy.rotateAfter: "90" has no unit. Write '90d' for 90 days, or '90ms'.`],
  ] as const)('%j is refused with the text that was probably meant', (value, usual, message) => {
    expect(refusalOf(value, usual)).toBe(message)
  })

  test.each([
    ['90 days', 'd', /such as '90d', or at least 1000 milliseconds, got "90 days"\.$/],
    [-1, 'h', /such as '24h', or at least 1000 milliseconds, got -1\.$/],
    [0.5, 'd', /got 0\.5\.$/],
    [null, 'd', /got null\.$/],
  ] as const)('%j is refused with the form that is right', (value, usual, message) => {
    expect(refusalOf(value, usual)).toMatch(message)
  })

  test.each([
    [0, 0],
    [1_000, 1_000],
    ['1ms', 1],
    ['90d', 7_776_000_000],
  ] as const)('%j is read as %i milliseconds', (value, ms) => {
    expect(refusalOf(value, 'd')).toBe(`read as ${ms}`)
  })
})
