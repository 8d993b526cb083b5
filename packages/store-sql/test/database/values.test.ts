import { CorruptRecordError } from '@claviger/core/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integer, nullableInteger } from '../../src/database/values.ts'

const most = Number.MAX_SAFE_INTEGER

describe('64-bit integers', () => {
  test('are read exactly from numbers, bigints and decimal texts', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(integer(value)).toBe(value)
        expect(integer(BigInt(value))).toBe(value)
        expect(integer(BigInt(value).toString())).toBe(value)
      }),
      { seed: 9, numRuns: 300 },
    )
  })

  test('stay at the largest safe integer', () => {
    for (const value of ['9007199254740993', 9_007_199_254_740_993n, 2 ** 53, '9223372036854775807', '9'.repeat(30)]) {
      expect(integer(value)).toBe(most)
    }
    expect(integer('-9223372036854775808')).toBe(-most)
  })

  test.each([null, undefined, '', ' 1', '1.5', '1e3', '0x1', 1.5, Number.NaN, true, [], new Date(0), '9'.repeat(50)])(
    'are not read from %j',
    (value) => {
      expect(() => integer(value)).toThrow(CorruptRecordError)
    },
  )

  test('may be null where a column may', () => {
    expect(nullableInteger(null)).toBeNull()
    expect(nullableInteger('7')).toBe(7)
    expect(() => nullableInteger(undefined)).toThrow(CorruptRecordError)
  })
})
