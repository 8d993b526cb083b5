import fc from 'fast-check'
import { expect, test } from 'vitest'
import { behind, idIn, olderThan, placeOf, positionIn, untilOlderThan } from '../src/places.ts'

const instant = fc.oneof(fc.integer({ min: 0, max: 8.64e15 }), fc.constantFrom(0, 1, 8.64e15, 1_735_689_600_000))
const keyId = fc.stringMatching(/^[0-9A-Za-z]{16}$/)
const anyId = fc.string({ unit: 'binary', maxLength: 40 })

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Whether a place is in a range that begins with this bound (`[` or `(`). */
function isIn(bound: string, place: string): boolean {
  const order = compareBytes(place, bound.slice(1))
  return bound.startsWith('[') ? order >= 0 : order > 0
}

test('places give back their position', () => {
  fc.assert(
    fc.property(instant, anyId, (at, id) => {
      expect(positionIn(placeOf({ at, id }))).toEqual({ at, id })
      expect(idIn(placeOf({ at, id }))).toBe(id)
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('the bytes of places are in the order of listings: newest first, ties by id', () => {
  fc.assert(
    fc.property(instant, instant, keyId, keyId, (at, otherAt, id, otherId) => {
      const order = compareBytes(placeOf({ at, id }), placeOf({ at: otherAt, id: otherId }))
      expect(Math.sign(order)).toBe(Math.sign(otherAt - at || (id < otherId ? -1 : id > otherId ? 1 : 0)))
    }),
    { seed: 7, numRuns: 1_000 },
  )
})

test('a range behind a place begins with the next one', () => {
  const place = placeOf({ at: 5, id: 'b' })
  expect(isIn(behind(place), place)).toBe(false)
  for (const next of [placeOf({ at: 5, id: 'bb' }), placeOf({ at: 5, id: 'c' }), placeOf({ at: 4, id: 'a' })]) {
    expect(isIn(behind(place), next)).toBe(true)
  }
  expect(isIn(behind(place), placeOf({ at: 6, id: 'z' }))).toBe(false)
})

test('bounds by instant divide places exactly there', () => {
  fc.assert(
    fc.property(instant, fc.oneof(instant, fc.constantFrom(-1, 0.5, 1e300, -1e300)), anyId, (at, limit, id) => {
      const place = placeOf({ at, id })
      expect(isIn(olderThan(limit), place)).toBe(at < limit)
      expect(compareBytes(place, untilOlderThan(limit).slice(1)) < 0).toBe(at >= limit)
    }),
    { seed: 7, numRuns: 1_000 },
  )
})
