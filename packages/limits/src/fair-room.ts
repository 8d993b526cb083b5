/** Counters in bounded number, in which no tenant takes the room of others. */
export interface FairRoom<Cell> {
  get(tenant: string, counter: string): Cell | undefined
  /** Puts a cell there. When there is no room, the oldest cells of the tenants that have the most make it. */
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
  /** In batches, so that looking at every cell is paid for by many new ones. */
  const makeRoom = (): void => {
    for (const [tenant, cells] of tenants) {
      for (const [counter, cell] of cells) if (isOver(cell)) drop(tenant, cells, counter)
    }
    const wanted = Math.max(0, most - Math.ceil(most / 16))
    const share = shareOf(
      [...tenants.values()].map((cells) => cells.size),
      wanted,
    )
    for (const [tenant, cells] of tenants) {
      if (size <= wanted) return
      const surplus = Math.min(size - wanted, cells.size - share)
      // Oldest first, as a map has them.
      for (const counter of [...cells.keys()].slice(0, Math.max(0, surplus))) drop(tenant, cells, counter)
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

/** The most cells that a tenant keeps without question, so that all together keep no more than is wanted. */
function shareOf(sizes: readonly number[], wanted: number): number {
  let left = wanted
  for (const [index, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (sizes.length - index))
    if (size > share) return share
    left -= size
  }
  return Number.POSITIVE_INFINITY
}
