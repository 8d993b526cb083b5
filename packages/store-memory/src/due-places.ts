import {
  type CursorPosition,
  type KeyRecord,
  type PlaceMove,
  type PlaceRange,
  type Reminder,
  reminderPlaces,
  reminders,
} from '@claviger/core/store'

/** Keys of all workspaces, by the instants of what they have to be reminded of. */
export interface DuePlaces {
  /** Puts a written key where it belongs. Uses need not be told. */
  set(record: KeyRecord): void
  delete(id: string): void
  behind(range: PlaceRange): readonly CursorPosition[]
  move(reminder: Reminder, moves: readonly PlaceMove[]): void
}

export function duePlaces(): DuePlaces {
  const indexes = { expiring: placeIndex(), rotationDue: placeIndex(), unused: placeIndex(), ownerGone: placeIndex() }

  return {
    set(record) {
      const places = reminderPlaces(record)
      for (const reminder of reminders) indexes[reminder].put(record.id, places[reminder])
    },
    delete(id) {
      for (const reminder of reminders) indexes[reminder].put(id, null)
    },
    behind: (range) => indexes[range.reminder].behind(range),
    move(reminder, moves) {
      for (const { id, from, to } of moves) {
        if (indexes[reminder].at(id) === from) indexes[reminder].put(id, to)
      }
    },
  }
}

/** Ids by an instant each, the oldest first, ties by id. */
function placeIndex() {
  const instants = new Map<string, number>()
  const sorted: CursorPosition[] = []

  /** How many are not behind a place. */
  const countUpTo = (place: CursorPosition): number => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const candidate = sorted[middle]
      if (candidate !== undefined && compare(candidate, place) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    at: (id: string) => instants.get(id),
    put(id: string, at: number | null): void {
      const before = instants.get(id)
      if (before === (at ?? undefined)) return
      if (before !== undefined) sorted.splice(countUpTo({ at: before, id }) - 1, 1)
      if (at === null) {
        instants.delete(id)
        return
      }
      instants.set(id, at)
      sorted.splice(countUpTo({ at, id }), 0, { at, id })
    },
    behind({ after, before, count }: PlaceRange): readonly CursorPosition[] {
      const first = countUpTo(after)
      return sorted.slice(first, first + count).filter(({ at }) => at < before)
    },
  }
}

function compare(a: CursorPosition, b: CursorPosition): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
