/**
 * Lists of slots, newest first; a slot is in one of them at most. Links are small integers in two arrays: lists of
 * objects would weigh four times as much, and a hit moves its entry to the front.
 */
export interface SlotLists {
  /** The newest of a list; undefined for an empty one. */
  first(list: number): number | undefined
  /** The oldest of a list; undefined for an empty one. */
  last(list: number): number | undefined
  /** The next older one of the same list; undefined behind the oldest. */
  after(slot: number): number | undefined
  /** Puts a slot first in a list, wherever it was. */
  add(list: number, slot: number): void
  /** Takes a slot out of its list, if it is in one. */
  remove(slot: number): void
}

/** Makes empty lists. */
export function createSlotLists(slots: number, lists: number): SlotLists {
  // Rings: behind the slots stand the heads, which make an end of every list.
  const size = slots + lists
  const links = size <= 2 ** 16 ? Uint16Array : Uint32Array
  const [newer, older] = [new links(size), new links(size)]
  for (let index = 0; index < size; index += 1) newer[index] = older[index] = index

  const link = (a: number, b: number): void => {
    older[a] = b
    newer[b] = a
  }
  const slotOf = (index: number | undefined): number | undefined =>
    index === undefined || index >= slots ? undefined : index

  return {
    first: (list) => slotOf(older[slots + list]),
    last: (list) => slotOf(newer[slots + list]),
    after: (slot) => slotOf(older[slot]),
    add(list, slot) {
      const head = slots + list
      if (older[head] === slot) return
      link(newer[slot] as number, older[slot] as number)
      link(slot, older[head] as number)
      link(head, slot)
    },
    remove(slot) {
      link(newer[slot] as number, older[slot] as number)
      link(slot, slot)
    },
  }
}
