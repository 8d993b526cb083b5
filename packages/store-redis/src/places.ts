import type { CursorPosition } from '@claviger/core/store'
import { escaped, unescaped } from './keys.ts'

// Members of a sorted set that share one score are ordered by their bytes. A place is written so that this order is the
// order of listings: newest first, ties by id. Then a page is one range, and a cursor needs no stored row to stand on.
const latest = 8.64e15
const width = String(latest).length

/** Writes a position in a listing: 16 digits that fall as `at` rises, and the id. */
export function placeOf({ at, id }: CursorPosition): string {
  return `${digits(at)}${escaped(id)}`
}

/** The id in a place. */
export function idIn(place: string): string {
  return unescaped(place.slice(width))
}

/** The position a place was written from. */
export function positionIn(place: string): CursorPosition {
  return { at: latest - Number(place.slice(0, width)), id: idIn(place) }
}

/** The start of a range (`ZRANGEBYLEX`) behind a place. */
export function behind(place: string): string {
  return `(${place}`
}

/** The start of a range with everything that is strictly older than an instant. */
export function olderThan(at: number): string {
  return `[${digits(Math.ceil(at) - 1)}`
}

/** The start of a range with everything that is not older than an instant, read as its end: exclusive. */
export function untilOlderThan(at: number): string {
  return `(${digits(Math.ceil(at) - 1)}`
}

function digits(at: number): string {
  if (!(at >= 0)) return '9'.repeat(width)
  return String(Math.max(0, latest - at)).padStart(width, '0')
}
