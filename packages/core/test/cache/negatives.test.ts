import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { createNegatives } from '../../src/cache/negatives.ts'

describe('negatives', () => {
  test('last two seconds, end with any news about the key, and count a clock that went back as old', () => {
    const clock = testClock()
    const negatives = createNegatives(10, 2_000, clock)
    negatives.add('d', 1)
    expect(negatives.has('d', 1)).toBe(true)
    expect(negatives.has('d', 2)).toBe(false)
    negatives.add('d', 1)
    clock.advance(1_999)
    expect(negatives.has('d', 1)).toBe(true)
    clock.advance(1)
    expect(negatives.has('d', 1)).toBe(false)
    negatives.add('d', 1)
    clock.jumpWall(-1)
    expect(negatives.has('d', 1)).toBe(false)
    for (let index = 0; index < 100; index += 1) negatives.add(`d${index}`, 1)
    expect(negatives.size).toBe(10)
  })
})
