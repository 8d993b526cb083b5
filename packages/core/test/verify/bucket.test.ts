import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketOf } from '../../src/verify/bucket.ts'

describe('bucketOf', () => {
  test('puts any text into one of the buckets, always the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1_000_000 }), (text, buckets) => {
        const bucket = bucketOf(text, buckets)
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < buckets).toBe(true)
        expect(bucketOf(text, buckets)).toBe(bucket)
      }),
    )
  })

  test('spreads random ids: no bucket gets many times its share', () => {
    const counts = new Uint32Array(1_000)
    for (let index = 0; index < 10_000; index += 1) {
      const bucket = bucketOf(randomBytes(8).toString('hex'), counts.length)
      counts[bucket] = (counts[bucket] ?? 0) + 1
    }
    // Ten each, by chance up to about thirty.
    expect(Math.max(...counts)).toBeLessThan(50)
  })
})
