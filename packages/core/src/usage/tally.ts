import { hourMs, type UsageEntry } from '../store/usage.ts'

/** Whose use is counted: one secret version of a key. The slot is the tally's own. */
export interface Subject {
  readonly workspaceId: string
  readonly keyId: string
  readonly version: number
  /** The cell it was counted in last: saves the look-up. */
  cell: Cell | undefined
}

/** Counts of one key and secret version within one hour, in the making. */
export interface Cell {
  readonly workspaceId: string
  readonly keyId: string
  readonly version: number
  readonly hour: number
  requests: number
  allowed: number
  denied: Record<string, number> | undefined
  clientErrors: number
  serverErrors: number
  lastUsedAt: number
  /** False once it was handed on: what comes later belongs to the next batch. */
  open: boolean
}

/** Counts that no store has yet, in bounded memory. */
export interface Tally {
  /**
   * Counts one use. False when there was no room for another cell.
   *
   * @param status as sent to the client; undefined when it left before, or where there is none
   * @param deniedBy why the use was refused; undefined when it was allowed
   */
  add(subject: Subject, now: number, status: number | undefined, deniedBy: string | undefined): boolean
  /** Hands on the oldest cells, for good. */
  seal(maxEntries: number): readonly UsageEntry[]
  /** Requests in cells that were not handed on; looks at every cell. */
  requests(): number
  /** Cells that were not handed on. */
  readonly size: number
}

/** Makes an empty tally that never holds more than `maxCells`. */
export function createTally(maxCells: number): Tally {
  const cells = new Map<string, Cell>()

  const cellOf = (subject: Subject, now: number): Cell | undefined => {
    const last = subject.cell
    if (last?.open === true && now >= last.hour && now < last.hour + hourMs) return last
    const hour = Math.floor(now / hourMs) * hourMs
    const id = `${hour} ${subject.version} ${subject.keyId}`
    const known = cells.get(id)
    if (known === undefined && cells.size >= maxCells) return undefined
    const cell = known ?? newCell(subject, hour)
    if (known === undefined) cells.set(id, cell)
    subject.cell = cell
    return cell
  }

  return {
    add(subject, now, status, deniedBy) {
      const cell = cellOf(subject, now)
      if (cell === undefined) return false
      cell.requests += 1
      if (now > cell.lastUsedAt) cell.lastUsedAt = now
      if (deniedBy !== undefined) {
        cell.denied ??= Object.create(null) as Record<string, number>
        cell.denied[deniedBy] = (cell.denied[deniedBy] ?? 0) + 1
        return true
      }
      cell.allowed += 1
      if (status !== undefined && status >= 400) {
        if (status >= 500) cell.serverErrors += 1
        else cell.clientErrors += 1
      }
      return true
    },

    seal(maxEntries) {
      const entries: UsageEntry[] = []
      for (const [id, cell] of cells) {
        if (entries.length >= maxEntries) break
        cells.delete(id)
        cell.open = false
        entries.push(entryOf(cell))
      }
      return entries
    },

    requests() {
      let sum = 0
      for (const cell of cells.values()) sum += cell.requests
      return sum
    },

    get size() {
      return cells.size
    },
  }
}

function newCell({ workspaceId, keyId, version }: Subject, hour: number): Cell {
  return {
    workspaceId,
    keyId,
    version,
    hour,
    requests: 0,
    allowed: 0,
    denied: undefined,
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: 0,
    open: true,
  }
}

function entryOf({ open: _, denied, ...counts }: Cell): UsageEntry {
  return { ...counts, denied: { ...denied } }
}
