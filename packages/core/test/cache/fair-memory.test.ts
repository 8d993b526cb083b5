import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFairMemory } from '../../src/cache/fair-memory.ts'

describe('a fair memory', () => {
  test('forgets the oldest of the holder with most, and never exceeds its bound', () => {
    const most = 12
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(40).map(String))), (added) => {
        const memory = createFairMemory(most)
        for (const [group, text] of added) {
          memory.add(group, text)
          expect(memory.has(group, text)).toBe(true)
          expect(memory.size).toBeLessThanOrEqual(most)
        }
        const held = (wanted: string): number =>
          new Set(added.filter(([group]) => group === wanted).map(([, text]) => text)).size
        for (const group of ['a', 'b', 'c']) {
          const kept = Array.from({ length: 41 }, (_, text) => memory.has(group, String(text))).filter(Boolean).length
          expect(kept).toBeGreaterThanOrEqual(Math.min(held(group), most / 3))
        }
      }),
    )
  })
})
