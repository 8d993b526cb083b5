import { describe, expect, test } from 'vitest'
import { createBucketOf } from '../../src/cache/bucket.ts'
import { createFence } from '../../src/cache/fence.ts'

const bucketOf = createBucketOf(1, 2)

describe('the fence', () => {
  test('tells whether anything about a scope, or everything, was dropped in between', () => {
    const fence = createFence(bucketOf)
    const before = fence.stamp('key a')
    expect(fence.stamp('key a')).toBe(before)
    fence.raise('key a')
    expect(fence.stamp('key a')).not.toBe(before)
    const later = fence.stamp('key a')
    fence.raiseAll()
    expect(fence.stamp('key a')).not.toBe(later)
  })
})
