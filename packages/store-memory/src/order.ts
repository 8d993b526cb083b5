import type { CursorPosition } from '@claviger/core/store'

/** Positions in the order of listings: newest first, ties by id. */
export interface Order {
  add(position: CursorPosition): void
  delete(position: CursorPosition): void
  /** The ids behind a position; without one, all. */
  behind(after: CursorPosition | undefined): Iterable<string>
}

/** Makes an empty order. It is stored from its end, so that what is new is appended. */
export function order(): Order {
  const positions: CursorPosition[] = []

  /** How many positions come after this one in a listing. */
  const countBehind = (position: CursorPosition): number => {
    let low = 0
    let high = positions.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const candidate = positions[middle]
      if (candidate !== undefined && compare(candidate, position) > 0) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(position) {
      const index = countBehind(position)
      if (index === positions.length) positions.push(position)
      else positions.splice(index, 0, position)
    },
    delete(position) {
      const index = countBehind(position)
      const found = positions[index]
      if (found !== undefined && compare(found, position) === 0) positions.splice(index, 1)
    },
    *behind(after) {
      for (let index = (after === undefined ? positions.length : countBehind(after)) - 1; index >= 0; index -= 1) {
        const position = positions[index]
        if (position !== undefined) yield position.id
      }
    },
  }
}

function compare(a: CursorPosition, b: CursorPosition): number {
  return b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
