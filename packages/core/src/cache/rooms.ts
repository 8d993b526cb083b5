import { createSlotLists } from './slot-lists.ts'

/** How much one kind of entries may take. */
export interface RoomLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/**
 * Slots for entries, in rooms that take nothing from each other. Within a full room the tenant that has most gives way:
 * no one empties what others use by walking through keys of its own.
 */
export interface Rooms {
  /** How many slots there are. */
  readonly slots: number
  /** How many are taken. */
  readonly size: number
  /** Takes a slot that is free. Call `makeWay` before. */
  take(room: number, tenant: string, bytes: number): number
  /** Notes that a slot was used: it is the last of its tenant's to give way. */
  touch(slot: number): void
  release(slot: number): void
  /** The slot that must be released so that so many bytes fit in; undefined once they do, or when nothing is left. */
  inTheWay(room: number, bytes: number): number | undefined
}

// Tenants that fall into one lane give way together. Which those are cannot be predicted from outside.
const lanes = 1_024
// Looked at in turn, two at each eviction: idle entries go before used ones.
const sweptAtOnce = 2

/**
 * Makes empty rooms.
 *
 * @param isIdle whether the entry in a slot has been idle for long, of any tenant
 */
export function createRooms(
  limits: readonly RoomLimits[],
  laneOf: (tenant: string, lanes: number) => number,
  isIdle: (slot: number) => boolean,
): Rooms {
  const slots = limits.reduce((sum, { maxEntries }) => sum + maxEntries, 0)
  const free = limits.length * lanes
  const byUse = createSlotLists(slots, free + 1)
  for (let slot = slots - 1; slot >= 0; slot -= 1) byUse.add(free, slot)
  const laneOfSlot = new Uint16Array(slots).fill(free)
  const bytesOfSlot = new Uint32Array(slots)
  const bytesOfLane = new Float64Array(free)
  const taken = limits.map(() => ({ entries: 0, bytes: 0 }))
  let swept = 0

  const roomOf = (slot: number): number => Math.floor((laneOfSlot[slot] as number) / lanes)

  const count = (slot: number, by: 1 | -1): void => {
    const lane = laneOfSlot[slot] as number
    const bytes = by * (bytesOfSlot[slot] as number)
    bytesOfLane[lane] = (bytesOfLane[lane] as number) + bytes
    const room = taken[roomOf(slot)]
    if (room === undefined) return
    room.entries += by
    room.bytes += bytes
  }

  const idleIn = (room: number): number | undefined => {
    for (let turn = 0; turn < sweptAtOnce; turn += 1) {
      swept = (swept + 1) % slots
      if (roomOf(swept) === room && isIdle(swept)) return swept
    }
    return undefined
  }

  const oldestOfFullestLane = (room: number): number | undefined => {
    let fullest = room * lanes
    for (let lane = fullest + 1; lane < (room + 1) * lanes; lane += 1) {
      if ((bytesOfLane[lane] as number) > (bytesOfLane[fullest] as number)) fullest = lane
    }
    return byUse.last(fullest)
  }

  return {
    slots,
    get size() {
      return taken.reduce((sum, { entries }) => sum + entries, 0)
    },
    take(room, tenant, bytes) {
      const slot = byUse.first(free)
      if (slot === undefined) throw new RangeError('Every slot is taken.')
      laneOfSlot[slot] = room * lanes + laneOf(tenant, lanes)
      bytesOfSlot[slot] = bytes
      count(slot, 1)
      byUse.add(laneOfSlot[slot], slot)
      return slot
    },
    touch: (slot) => byUse.add(laneOfSlot[slot] as number, slot),
    release(slot) {
      count(slot, -1)
      laneOfSlot[slot] = free
      byUse.add(free, slot)
    },
    inTheWay(room, bytes) {
      const [limit, used] = [limits[room], taken[room]]
      if (limit === undefined || used === undefined || used.entries === 0) return undefined
      if (used.entries < limit.maxEntries && used.bytes + bytes <= limit.maxBytes) return undefined
      return idleIn(room) ?? oldestOfFullestLane(room)
    },
  }
}
