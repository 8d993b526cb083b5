import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBucketOf } from '../../src/cache/bucket.ts'

const bucketOf = createBucketOf(randomBytes(4).readUInt32LE(), randomBytes(4).readUInt32LE())

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

  test('spreads ids that differ in one character, and the shortest', () => {
    for (const texts of [
      Array.from({ length: 62 * 16 }, (_, index) => `${'0'.repeat(index % 16)}${index >> 4}`.padEnd(16, '0')),
      Array.from({ length: 1_000 }, (_, index) => String.fromCharCode(index)),
    ]) {
      const counts = new Uint32Array(100)
      for (const text of new Set(texts)) {
        const bucket = bucketOf(text, counts.length)
        counts[bucket] = (counts[bucket] ?? 0) + 1
      }
      expect(Math.max(...counts)).toBeLessThan(60)
    }
  })

  test('texts that meet in one process do not meet in others', () => {
    const buckets = 1_024
    const victim = '0123456789abcdef'
    const bad: string[] = []
    for (let index = 0; bad.length < 200; index += 1) {
      const id = String(index).padStart(16, '0')
      if (bucketOf(id, buckets) === bucketOf(victim, buckets)) bad.push(id)
    }
    for (let process = 0; process < 5; process += 1) {
      const other = createBucketOf(randomBytes(4).readUInt32LE(), randomBytes(4).readUInt32LE())
      const meeting = bad.filter((id) => other(id, buckets) === other(victim, buckets))
      // One in five of 1 024 by chance; all of them, were the sum the same but for its start.
      expect(meeting.length).toBeLessThan(10)
    }
  })
})
