import { describe, expect, test } from 'vitest'
import { parseHttpDate, parseRetryAfter } from '../../src/fetch/http-date.ts'

const time = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('an HTTP date', () => {
  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'is read in the form %s',
    (text) => {
      expect(parseHttpDate(text)).toBe(time)
    },
  )

  test.each([
    '',
    'soon',
    '5 minutes',
    '1994-11-06',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    '1',
  ])('is not read from %j', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  })
})

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['1', 1_000],
    [' 120 ', 120_000],
    ['Sun, 06 Nov 1994 08:49:38 GMT', 1_000],
    ['Sun, 06 Nov 1994 08:49:30 GMT', 0],
  ])('%j is %d ms', (value, expected) => {
    expect(parseRetryAfter(value, time)).toBe(expected)
  })

  test.each([null, '', '-1', '1.5', '1e3', '0x10', '9999999999', 'soon'])('%j says nothing', (value) => {
    expect(parseRetryAfter(value, time)).toBeUndefined()
  })
})
