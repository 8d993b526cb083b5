import fc from 'fast-check'
import { expect, test } from 'vitest'
import { behind, idOfCursor, olderThan, cursorOf, positionOfCursor, untilOlderThan } from '../../src/indexes/cursors.ts'

const instant = fc.oneof(fc.integer({ min: 0, max: 8.64e15 }), fc.constantFrom(0, 1, 8.64e15, 1_735_689_600_000))
const keyId = fc.stringMatching(/^[0-9A-Za-z]{16}$/)
const anyId = fc.string({ unit: 'binary', maxLength: 40 })

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Whether a cursor is in a range that begins with this bound (`[` or `(`). */
function isIn(bound: string, cursor: string): boolean {
  const order = compareBytes(cursor, bound.slice(1))
  return bound.startsWith('[') ? order >= 0 : order > 0
}

test('cursors give back their position', () => {
  fc.assert(
    fc.property(instant, anyId, (at, id) => {
      expect(positionOfCursor(cursorOf({ at, id }))).toEqual({ at, id })
      expect(idOfCursor(cursorOf({ at, id }))).toBe(id)
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('the bytes of cursors are in the order of listings: newest first, ties by id', () => {
  fc.assert(
    fc.property(instant, instant, keyId, keyId, (at, otherAt, id, otherId) => {
      const order = compareBytes(cursorOf({ at, id }), cursorOf({ at: otherAt, id: otherId }))
      expect(Math.sign(order)).toBe(Math.sign(otherAt - at || (id < otherId ? -1 : id > otherId ? 1 : 0)))
    }),
    { seed: 7, numRuns: 1_000 },
  )
})

test('a range behind a cursor begins with the next one', () => {
  const cursor = cursorOf({ at: 5, id: 'b' })
  expect(isIn(behind(cursor), cursor)).toBe(false)
  for (const next of [cursorOf({ at: 5, id: 'bb' }), cursorOf({ at: 5, id: 'c' }), cursorOf({ at: 4, id: 'a' })]) {
    expect(isIn(behind(cursor), next)).toBe(true)
  }
  expect(isIn(behind(cursor), cursorOf({ at: 6, id: 'z' }))).toBe(false)
})

test('bounds by instant divide cursors exactly there', () => {
  fc.assert(
    fc.property(instant, fc.oneof(instant, fc.constantFrom(-1, 0.5, 1e300, -1e300)), anyId, (at, limit, id) => {
      const cursor = cursorOf({ at, id })
      expect(isIn(olderThan(limit), cursor)).toBe(at < limit)
      expect(compareBytes(cursor, untilOlderThan(limit).slice(1)) < 0).toBe(at >= limit)
    }),
    { seed: 7, numRuns: 1_000 },
  )
})
