/**
 * A queue that serves tenants in turns: no caller waits behind all of another tenant's work, and a tenant alone may
 * take every place until others come.
 */
export interface FairLine<T> {
  readonly size: number
  /** Lines up behind the tenant's own. */
  add(tenant: string, item: T): void
  /** The oldest of the tenant whose turn it is. */
  shift(): T | undefined
  /** Takes one out that no longer waits. */
  remove(tenant: string, item: T): void
  /** Takes out the newest of the tenant that has the most, to make room for one that has clearly less. */
  makeRoomFor(tenant: string): T | undefined
}

interface Lane<T> {
  readonly tenant: string
  readonly items: T[]
}

/** Makes an empty line. Every operation but `remove` takes the same time, however many wait. */
export function createFairLine<T>(): FairLine<T> {
  // In the order of their turns.
  const lanes = new Map<string, Lane<T>>()
  // The lanes of each length, so that the longest is at hand.
  const ofLength: Set<Lane<T>>[] = []
  let longest = 0
  let size = 0

  const resized = (lane: Lane<T>, by: 1 | -1): void => {
    const { length } = lane.items
    ofLength[length - by]?.delete(lane)
    if (length > 0) (ofLength[length] ??= new Set()).add(lane)
    if (length > longest) longest = length
    while (longest > 0 && ofLength[longest]?.size === 0) longest -= 1
    if (length === 0) lanes.delete(lane.tenant)
    size += by
  }

  return {
    get size() {
      return size
    },
    add(tenant, item) {
      const lane = lanes.get(tenant) ?? { tenant, items: [] }
      lanes.set(tenant, lane)
      lane.items.push(item)
      resized(lane, 1)
    },
    shift() {
      const [lane] = lanes.values()
      if (lane === undefined) return undefined
      const item = lane.items.shift()
      // To the end of the turns; an empty lane is gone.
      lanes.delete(lane.tenant)
      lanes.set(lane.tenant, lane)
      resized(lane, -1)
      return item
    },
    remove(tenant, item) {
      const lane = lanes.get(tenant)
      const index = lane?.items.indexOf(item) ?? -1
      if (lane === undefined || index === -1) return
      lane.items.splice(index, 1)
      resized(lane, -1)
    },
    makeRoomFor(tenant) {
      const own = lanes.get(tenant)?.items.length ?? 0
      const [lane] = ofLength[longest] ?? []
      // One more than it would have itself: else two tenants would only push each other out.
      if (lane === undefined || lane.items.length <= own + 1) return undefined
      const item = lane.items.pop()
      resized(lane, -1)
      return item
    },
  }
}
