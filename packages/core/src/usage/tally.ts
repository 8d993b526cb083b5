import { readCause } from './causes.ts'
import { hourMs, type UsageEntry } from '../store/usage.ts'
import type { Subject } from '../verification/subject.ts'

/** Counts of one key and secret version within one hour, in the making. */
interface Cell {
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
  /** Another hour or secret version of the same key, begun later. */
  next: Cell | undefined
}

/** Counts that no store has yet, in bounded memory. */
export interface Tally {
  /**
   * Counts one use. False when there was no room for another cell.
   *
   * @param status as sent to the client; undefined when it left before, or where there is none
   * @param deniedBy why the use was refused, as `causeOf` names it; undefined when it was allowed
   */
  add(subject: Subject, now: number, status: number | undefined, deniedBy: string | undefined): boolean
  /** Returns the oldest cells and forgets them. */
  seal(maxEntries: number): readonly UsageEntry[]
  /** Requests in cells that were not handed on; looks at every cell. */
  requests(): number
  /** Cells that were not handed on. */
  readonly size: number
}

/** Makes an empty tally that never holds more than `maxCells`. */
export function createTally(maxCells: number): Tally {
  // By key; a key with more than one cell is at the turn of an hour or in an overlap, and has them in a chain.
  const firstOfKey = new Map<string, Cell>()
  let size = 0

  const cellOf = (subject: Subject, now: number): Cell | undefined => {
    let last: Cell | undefined
    for (let cell = firstOfKey.get(subject.id); cell !== undefined; cell = cell.next) {
      if (cell.version === subject.secretVersion && now >= cell.hour && now < cell.hour + hourMs) return cell
      last = cell
    }
    if (size >= maxCells) return undefined
    const cell = newCell(subject, Math.floor(now / hourMs) * hourMs)
    if (last === undefined) firstOfKey.set(subject.id, cell)
    else last.next = cell
    size += 1
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
        const cause = hasRoom(cell.denied, deniedBy) ? deniedBy : readCause(deniedBy).code
        cell.denied[cause] = (cell.denied[cause] ?? 0) + 1
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
      for (const [keyId, first] of firstOfKey) {
        let cell: Cell | undefined = first
        for (; cell !== undefined && entries.length < maxEntries; cell = cell.next) entries.push(entryOf(cell))
        if (cell === undefined) firstOfKey.delete(keyId)
        else firstOfKey.set(keyId, cell)
        if (entries.length >= maxEntries) break
      }
      size -= entries.length
      return entries
    },

    requests() {
      let sum = 0
      for (const first of firstOfKey.values()) {
        for (let cell: Cell | undefined = first; cell !== undefined; cell = cell.next) sum += cell.requests
      }
      return sum
    },

    get size() {
      return size
    },
  }
}

/** A key that is tried on every route of a large application must not fill the memory: the rest is counted by code. */
function hasRoom(denied: Readonly<Record<string, number>>, cause: string): boolean {
  return denied[cause] !== undefined || Object.keys(denied).length < maxCauses
}

const maxCauses = 32

function newCell({ workspaceId, id, secretVersion }: Subject, hour: number): Cell {
  return {
    workspaceId,
    keyId: id,
    version: secretVersion,
    hour,
    requests: 0,
    allowed: 0,
    denied: undefined,
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: 0,
    next: undefined,
  }
}

function entryOf({ next: _, denied, ...counts }: Cell): UsageEntry {
  return { ...counts, denied: { ...denied } }
}
