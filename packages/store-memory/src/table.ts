import type { CursorPosition } from '@claviger/core/store'
import { type Order, order } from './order.ts'

/** What every stored row has. */
interface Row {
  readonly id: string
  readonly workspaceId: string
  readonly createdAt: number
}

/** Rows by id, with an index by workspace. */
export interface Table<Item extends Row> {
  get(id: string): Item | undefined
  /** Inserts or replaces. A row's workspace never changes. */
  set(row: Item): void
  delete(row: Item): void
  /** The rows of a workspace behind a position, newest first. */
  newestFirst(workspaceId: string, after: CursorPosition | undefined): Iterable<Item>
  all(): Iterable<Item>
}

export function table<Item extends Row>(): Table<Item> {
  const rows = new Map<string, Item>()
  const workspaces = new Map<string, Order>()
  const orderOf = ({ workspaceId }: Item): Order => {
    const known = workspaces.get(workspaceId) ?? order()
    workspaces.set(workspaceId, known)
    return known
  }

  return {
    get: (id) => rows.get(id),
    set(row) {
      const before = rows.get(row.id)
      rows.set(row.id, row)
      if (before?.createdAt === row.createdAt) return
      if (before !== undefined) orderOf(before).delete(positionOf(before))
      orderOf(row).add(positionOf(row))
    },
    delete(row) {
      const stored = rows.get(row.id)
      if (stored === undefined) return
      rows.delete(row.id)
      orderOf(stored).delete(positionOf(stored))
    },
    *newestFirst(workspaceId, after) {
      for (const id of workspaces.get(workspaceId)?.behind(after) ?? []) {
        const row = rows.get(id)
        if (row !== undefined) yield row
      }
    },
    all: () => rows.values(),
  }
}

/** Where a row stands in a listing. */
export function positionOf({ id, createdAt }: Pick<Row, 'id' | 'createdAt'>): CursorPosition {
  return { at: createdAt, id }
}
