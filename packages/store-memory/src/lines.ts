import {
  type Activity,
  type ActivityAfter,
  type PlacedActivity,
  requireLimit,
  requirePosition,
} from '@claviger/core/store'

/** The activity of all workspaces, in the order in which it was appended. */
export interface Lines {
  append(entry: Activity): void
  /** The answer holds copies. */
  after(position: number, limit: number): ActivityAfter
  /** Removes the lines that are old. */
  purge(isOld: (entry: Activity) => boolean): void
}

export function lines(): Lines {
  // The line at position 1 + gone + index; undefined where it was removed.
  let kept: (Activity | undefined)[] = []
  let gone = 0

  return {
    append: (entry) => void kept.push(entry),
    after(position, limit) {
      requirePosition(position)
      requireLimit(limit)
      const items: PlacedActivity[] = []
      for (let index = Math.max(0, position - gone); index < kept.length && items.length < limit; index += 1) {
        const entry = kept[index]
        if (entry !== undefined) items.push({ position: 1 + gone + index, entry: structuredClone(entry) })
      }
      const last = gone + kept.length
      return { items, through: items.length < limit ? last : (items.at(-1)?.position ?? last), last }
    },
    purge(isOld) {
      kept = kept.map((entry) => (entry === undefined || isOld(entry) ? undefined : entry))
      const first = kept.findIndex((entry) => entry !== undefined)
      const removed = first === -1 ? kept.length : first
      gone += removed
      kept = kept.slice(removed)
    },
  }
}
