import type { CursorPosition } from '@claviger/core/store'

/** Positions in the order of listings: the highest `at` first, ties by id. */
export interface Order {
  add(position: CursorPosition): void
  delete(position: CursorPosition): void
  /** The ids behind a position; without one, all. */
  behind(after: CursorPosition | undefined): Iterable<string>
  /** How many positions stand before this one. */
  countBefore(position: CursorPosition): number
  readonly size: number
}

// An array of all positions would be moved as a whole by each insertion.
const usualPart = 1_024

/** Makes an empty order, kept in parts. It is stored from its end, so that what is new is appended. */
export function order(mostInPart: number = usualPart): Order {
  const parts: CursorPosition[][] = []
  let size = 0

  /** The part that a position is in, or would be: the last that does not begin before it. */
  const partOf = (position: CursorPosition): number =>
    Math.max(0, firstIndex(parts, (part) => part[0] !== undefined && compare(part[0], position) < 0) - 1)

  /** The place of a position within a part. */
  const placeIn = (part: readonly CursorPosition[], position: CursorPosition): number =>
    firstIndex(part, (one) => compare(one, position) <= 0)

  return {
    add(position) {
      const index = partOf(position)
      const part = parts[index]
      size += 1
      if (part === undefined) {
        parts.push([position])
        return
      }
      const place = placeIn(part, position)
      if (place === part.length) part.push(position)
      else part.splice(place, 0, position)
      if (part.length > mostInPart) parts.splice(index + 1, 0, part.splice(part.length >>> 1))
    },
    delete(position) {
      const index = partOf(position)
      const part = parts[index] ?? []
      const place = placeIn(part, position)
      const found = part[place]
      if (found === undefined || compare(found, position) !== 0) return
      part.splice(place, 1)
      size -= 1
      if (part.length === 0) parts.splice(index, 1)
    },
    *behind(after) {
      let index = after === undefined ? parts.length - 1 : partOf(after)
      let end = after === undefined ? undefined : placeIn(parts[index] ?? [], after)
      for (; index >= 0; index -= 1) {
        const part = parts[index] ?? []
        for (let place = (end ?? part.length) - 1; place >= 0; place -= 1) {
          const position = part[place]
          if (position !== undefined) yield position.id
        }
        end = undefined
      }
    },
    countBefore(position) {
      const index = partOf(position)
      const part = parts[index] ?? []
      const place = placeIn(part, position)
      const found = part[place]
      const isThere = found !== undefined && compare(found, position) === 0
      const after = parts.slice(index + 1).reduce((sum, one) => sum + one.length, 0)
      return after + part.length - place - (isThere ? 1 : 0)
    },
    get size() {
      return size
    },
  }
}

/** The first index at which a condition holds that holds at all behind it too; the length where it never does. */
function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item === undefined || holds(item)) high = middle
    else low = middle + 1
  }
  return low
}

function compare(a: CursorPosition, b: CursorPosition): number {
  return b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
