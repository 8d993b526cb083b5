/** What every stored row has. */
interface Row {
  readonly id: string
  readonly workspaceId: string
}

/** Rows by id, with an index by workspace. */
export interface Table<Item extends Row> {
  get(id: string): Item | undefined
  /** Inserts or replaces. A row's workspace never changes. */
  set(row: Item): void
  delete(row: Item): void
  inWorkspace(workspaceId: string): Iterable<Item>
  all(): Iterable<Item>
}

export function table<Item extends Row>(): Table<Item> {
  const rows = new Map<string, Item>()
  const workspaces = new Map<string, Set<string>>()

  return {
    get: (id) => rows.get(id),
    set(row) {
      rows.set(row.id, row)
      const ids = workspaces.get(row.workspaceId)
      if (ids === undefined) workspaces.set(row.workspaceId, new Set([row.id]))
      else ids.add(row.id)
    },
    delete(row) {
      rows.delete(row.id)
      const ids = workspaces.get(row.workspaceId)
      ids?.delete(row.id)
      if (ids?.size === 0) workspaces.delete(row.workspaceId)
    },
    *inWorkspace(workspaceId) {
      for (const id of workspaces.get(workspaceId) ?? []) {
        const row = rows.get(id)
        if (row !== undefined) yield row
      }
    },
    all: () => rows.values(),
  }
}
