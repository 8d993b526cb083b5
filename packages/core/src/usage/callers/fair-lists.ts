/** Lists of items by key, of several tenants, with room for a number of items altogether. */
export interface FairLists<Item> {
  of(tenant: string, key: string): Item[] | undefined
  /** Adds an item to the list of a key. When there is no room, items of the tenant that holds the most are forgotten. */
  add(tenant: string, key: string, item: Item): void
  /** The list of this key is the last of its tenant's to be forgotten. */
  renew(tenant: string, key: string): void
  readonly size: number
}

interface Held<Item> {
  readonly lists: Map<string, Item[]>
  size: number
}

/**
 * Makes empty ones. Where there is no room, the tenant that holds the most forgets the list that was renewed longest ago:
 * no tenant pushes out what a smaller one holds.
 *
 * @param most at most so many items
 * @param onForgotten is called for each item that is forgotten
 */
export function createFairLists<Item>(most: number, onForgotten: (item: Item) => void): FairLists<Item> {
  const tenants = new Map<string, Held<Item>>()
  let size = 0

  const forgetOldest = (tenant: string, held: Held<Item>): void => {
    for (const [key, items] of held.lists) {
      held.lists.delete(key)
      held.size -= items.length
      size -= items.length
      for (const item of items) onForgotten(item)
      break
    }
    if (held.lists.size === 0) tenants.delete(tenant)
  }
  // Only one that holds less than its share makes others be looked at, so no tenant causes a walk for each item.
  const largest = (tenant: string): string => {
    const own = tenants.get(tenant)?.size ?? 0
    if (own > 0 && own * tenants.size >= size) return tenant
    let found = { name: tenant, size: own }
    for (const [name, held] of tenants) if (held.size > found.size) found = { name, size: held.size }
    return found.name
  }
  const makeRoom = (tenant: string): void => {
    if (size < most) return
    const name = largest(tenant)
    const held = tenants.get(name)
    if (held !== undefined) forgetOldest(name, held)
  }

  return {
    of: (tenant, key) => tenants.get(tenant)?.lists.get(key),

    add(tenant, key, item) {
      makeRoom(tenant)
      const held = tenants.get(tenant) ?? { lists: new Map<string, Item[]>(), size: 0 }
      tenants.set(tenant, held)
      const items = held.lists.get(key)
      if (items === undefined) held.lists.set(key, [item])
      else items.push(item)
      held.size += 1
      size += 1
    },

    renew(tenant, key) {
      const lists = tenants.get(tenant)?.lists
      const items = lists?.get(key)
      if (lists === undefined || items === undefined) return
      lists.delete(key)
      lists.set(key, items)
    },

    get size() {
      return size
    },
  }
}
