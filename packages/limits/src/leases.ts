import type { LimitResult, LimitWindow } from '@claviger/core'
import { createAvailability } from './availability.ts'
import type { Backend, Count } from './backend.types.ts'
import { createFairRoom } from './fair-room.ts'
import type { SharedSettings } from './shared-options.ts'
import { periodName, windowMsFrom } from './window.ts'

/** What this process knows of one window of a counter, and may spend of it. */
interface Lease {
  readonly window: LimitWindow
  /** Points that the store has counted for this process, and that no request has taken yet. */
  left: number
  /** The store's sum, as far as is known: what all processes have leased. */
  sum: number
  /** On the monotonic clock; never later than in the store. */
  readonly endsAt: number
  /** Taken while the store was away: it has to be told. */
  owed: number
}

/** What asks the store for one counter, one question at a time. */
interface Asking {
  waiting: { readonly points: number; readonly resolve: (grant: Grant) => void }[]
  isAsking: boolean
  /** How much was taken ahead last, and when. */
  ahead: number
  askedAt: number
}

interface Cell extends Asking {
  lease: Lease | undefined
}

/** An answer, with what was taken. */
export interface Grant extends LimitResult {
  readonly lease: Lease | undefined
}

/** Leases of counters that several processes share. */
export interface Leases {
  /** In the same tick where this process holds enough, knows that nothing is left, or the store is away. */
  take(counter: string, points: number, window: LimitWindow, tenant: string): Grant | Promise<Grant>
  peek(counter: string, window: LimitWindow, tenant: string): Promise<LimitResult>
}

/** A lease that is used up sooner than this was too small. */
const soonMs = 1_000

/**
 * Takes points from a shared counter in lots: what the store has counted for this process is spent here, without a round
 * trip. Each addition is atomic, so processes get parts of the limit that never overlap, and all together never more than
 * the limit. What a process holds and does not spend is lost to the others: the lots are a small part of what is left.
 */
export function createLeases(backend: Backend, settings: SharedSettings): Leases {
  const { clock, processes, maxCounters } = settings
  const isOver = ({ endsAt }: Lease): boolean => clock.monotonic() >= endsAt
  const room = createFairRoom<Cell>(
    maxCounters,
    ({ lease, isAsking }) => !isAsking && (lease === undefined || isOver(lease)),
  )
  const availability = createAvailability(settings, () => backend.read('probe'))

  const cellOf = (counter: string, tenant: string): Cell => {
    const known = room.get(tenant, counter)
    if (known !== undefined) return known
    const cell = { lease: undefined, waiting: [], isAsking: false, ahead: 0, askedAt: Number.NEGATIVE_INFINITY }
    room.set(tenant, counter, cell)
    return cell
  }
  const running = ({ lease }: Cell): Lease | undefined => (lease === undefined || isOver(lease) ? undefined : lease)
  const grant = (isAllowed: boolean, lease: Lease, window: LimitWindow): Grant => ({
    isAllowed,
    remaining: Math.max(0, window.requests - lease.sum) + lease.left,
    resetMs: Math.max(0, lease.endsAt - clock.monotonic()),
    lease,
  })
  /** Without the store; undefined where only the store knows. */
  const fromHere = (cell: Cell, points: number, window: LimitWindow): Grant | undefined => {
    const lease = running(cell)
    if (lease === undefined) return undefined
    if (lease.left >= points) {
      lease.left -= points
      return grant(true, lease, window)
    }
    return lease.sum >= window.requests ? grant(false, lease, window) : undefined
  }
  /** While the store is away: what it is known to have counted, and this process's part of the rest. */
  const inMemory = (cell: Cell, points: number, window: LimitWindow): Grant => {
    const endsAt = clock.monotonic() + windowMsFrom(window, clock.now())
    const lease = running(cell) ?? { window, left: 0, sum: 0, endsAt, owed: 0 }
    cell.lease = lease
    const mine = Math.ceil((window.requests - (lease.sum - lease.owed)) / processes)
    const isAllowed = lease.owed + points <= mine
    if (isAllowed) {
      lease.sum += points
      lease.owed += points
    }
    const { resetMs } = grant(isAllowed, lease, window)
    return { isAllowed, remaining: Math.max(0, mine - lease.owed), resetMs, lease }
  }

  /** How much to ask for: what is waited for, what is owed, and a lot ahead for a counter that is in use. */
  const lotOf = (cell: Cell, wanted: number, window: LimitWindow): number => {
    const lease = running(cell)
    const now = clock.monotonic()
    const isBusy = now - cell.askedAt < soonMs
    cell.askedAt = now
    if (lease === undefined) return wanted
    cell.ahead = isBusy ? Math.max(1, cell.ahead * 2, wanted) : Math.floor(cell.ahead / 2)
    const most = Math.floor((window.requests - lease.sum) * settings.ahead)
    cell.ahead = Math.min(cell.ahead, Math.max(0, most))
    return Math.max(wanted, cell.ahead)
  }

  const learn = (
    cell: Cell,
    { asked, owed, sentAt, windowMs }: { asked: number; owed: number; sentAt: number; windowMs: number },
    window: LimitWindow,
    { sum, leftMs }: Count,
  ): void => {
    const known = running(cell)
    // A sum that is not what was known and what was added belongs to another window.
    const isSame = known !== undefined && sum >= known.sum - owed + asked
    const over = Math.max(0, sum - window.requests)
    // Counted since the question was sent: never later than in the store.
    const endsAt = sentAt + Math.min(leftMs, windowMs)
    const left = Math.max(0, asked - over - owed) + (isSame ? known.left : 0)
    if (isSame) Object.assign(known, { left, sum, owed: Math.max(0, known.owed - owed) })
    else cell.lease = { window, left, sum, endsAt, owed: 0 }
  }

  const serve = (cell: Cell, window: LimitWindow): void => {
    const waiting = cell.waiting.splice(0)
    for (const each of waiting) {
      const given = availability.isAway
        ? (fromHere(cell, each.points, window) ?? inMemory(cell, each.points, window))
        : fromHere(cell, each.points, window)
      if (given === undefined) cell.waiting.push(each)
      else each.resolve(given)
    }
  }

  const ask = async (cell: Cell, counter: string, window: LimitWindow): Promise<void> => {
    cell.isAsking = true
    while (cell.waiting.length > 0) {
      const lease = running(cell)
      const owed = lease?.owed ?? 0
      const wanted = cell.waiting.reduce((sum, { points }) => sum + points, 0)
      const asked = lotOf(cell, wanted, window) + owed
      const question = { asked, owed, sentAt: clock.monotonic(), windowMs: windowMsFrom(window, clock.now()) }
      const name = nameOf(counter, window)
      try {
        learn(cell, question, window, await availability.ask(() => backend.add(name, asked, question.windowMs)))
      } catch {
        // It is away: what waits is decided in memory.
      }
      serve(cell, window)
    }
    cell.isAsking = false
  }
  const nameOf = (counter: string, window: LimitWindow): string => {
    const period = periodName(window, clock.now())
    // In front: what counters end with is the application's, and could end like this.
    return period === '' ? counter : `${period}:${counter}`
  }

  return {
    take(counter, points, window, tenant) {
      const cell = cellOf(counter, tenant)
      const { lease } = cell
      // Another number than before: what was leased under the old one is not spent under the new one.
      if (lease !== undefined && lease.window.requests !== window.requests) cell.lease = undefined
      const here = fromHere(cell, points, window)
      if (here !== undefined) return here
      if (availability.isAway) return inMemory(cell, points, window)
      return new Promise((resolve) => {
        cell.waiting.push({ points, resolve })
        if (!cell.isAsking) void ask(cell, counter, window)
      })
    },

    async peek(counter, window, tenant) {
      const cell = room.get(tenant, counter)
      const lease = cell === undefined ? undefined : running(cell)
      const left = lease?.left ?? 0
      if (availability.isAway) {
        return lease === undefined ? fresh(window) : grant(lease.sum - left < window.requests, lease, window)
      }
      const count = await availability.ask(() => backend.read(nameOf(counter, window)))
      if (count === undefined) return fresh(window)
      const remaining = Math.max(0, window.requests - count.sum) + left
      return { isAllowed: remaining > 0, remaining, resetMs: count.leftMs }
    },
  }
}

function fresh({ requests }: LimitWindow): LimitResult {
  return { isAllowed: true, remaining: requests, resetMs: 0 }
}
