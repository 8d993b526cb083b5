/** Counters in bounded number, in which no tenant takes the room of others. */
export interface FairRoom<Cell> {
  get(tenant: string, counter: string): Cell | undefined
  /** Puts a cell there. When there is no room, the oldest cells of the tenant that has the most make it. */
  set(tenant: string, counter: string, cell: Cell): void
  /** Drops every cell of a tenant. */
  forget(tenant: string): void
  /** How many cells there are. */
  readonly size: number
}

/**
 * Makes a room.
 *
 * @param most how many cells it holds, at least 1
 * @param isOver whether a cell is of no use any more: such cells go first
 */
export function createFairRoom<Cell>(most: number, isOver: (cell: Cell) => boolean): FairRoom<Cell> {
  const tenants = new Map<string, Map<string, Cell>>()
  let size = 0

  const drop = (tenant: string, cells: Map<string, Cell>, counter: string): void => {
    cells.delete(counter)
    size -= 1
    if (cells.size === 0) tenants.delete(tenant)
  }
  const largest = (): [string, Map<string, Cell>] | undefined => {
    let found: [string, Map<string, Cell>] | undefined
    for (const entry of tenants) if (found === undefined || entry[1].size > found[1].size) found = entry
    return found
  }
  /** In batches, so that looking at every cell is paid for by many new ones. */
  const makeRoom = (): void => {
    const wanted = Math.max(0, most - Math.ceil(most / 16))
    for (const [tenant, cells] of tenants) {
      for (const [counter, cell] of cells) if (isOver(cell)) drop(tenant, cells, counter)
    }
    for (let surplus = size - wanted; surplus > 0; surplus = size - wanted) {
      const [tenant, cells] = largest() ?? ['', new Map<string, Cell>()]
      const leaving = [...cells.keys()].slice(0, Math.min(surplus, Math.ceil(cells.size / 4)))
      for (const counter of leaving) drop(tenant, cells, counter)
    }
  }

  return {
    get: (tenant, counter) => tenants.get(tenant)?.get(counter),
    set(tenant, counter, cell) {
      const known = tenants.get(tenant)
      if (known?.has(counter) === true) {
        known.set(counter, cell)
        return
      }
      if (size >= most) makeRoom()
      const cells = tenants.get(tenant) ?? new Map<string, Cell>()
      tenants.set(tenant, cells.set(counter, cell))
      size += 1
    },
    forget(tenant) {
      size -= tenants.get(tenant)?.size ?? 0
      tenants.delete(tenant)
    },
    get size() {
      return size
    },
  }
}
