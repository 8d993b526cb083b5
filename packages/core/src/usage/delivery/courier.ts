import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import type { ReportFault } from '../../reporting/faults.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { OwnContext } from '../../runtime/own-context.ts'
import { startBudget } from '../../runtime/within.ts'

/** What is kept in memory for the store. */
export interface Cargo {
  /** Whether the store has all of it. */
  readonly isEmpty: boolean
  /**
   * Sends what is due now; what comes meanwhile goes with the next delivery.
   *
   * @param limitMs how long one call of the store may take
   * @param all also what is not due yet
   * @throws {UnavailableError} what the store did not confirm stays
   */
  send(limitMs: () => number, all: boolean): Promise<void>
}

/** Brings a cargo to the store: in time, on demand, and at the end. */
export interface Courier {
  /** There is something to send: a delivery is planned, unless one is. */
  plan(): void
  /** @throws {UnavailableError} when the store fails; the cargo stays, and goes with the next delivery */
  flush(): Promise<void>
  /** Sends everything, trying again as long as `limitMs` allows. Never rejects. */
  close(limitMs: number): Promise<void>
}

/** What delivering is made of. */
export interface CourierParts {
  readonly store: Pick<BoundedStore, 'timeoutMs'>
  readonly flushMs: number
  readonly clock: Clock
  /** Gives numbers from 0 to 1, so that processes started together do not deliver together. */
  readonly random: () => number
  readonly own: OwnContext
  readonly report: ReportFault
}

// A flush has no caller, but `close` waits for the one in progress.
const leastPatienceMs = 2_000
const pauseMs = 100

/** Makes a courier. Nothing is scheduled while there is nothing to send. */
export function createCourier(cargo: Cargo, { store, flushMs, clock, random, own, report }: CourierParts): Courier {
  const patienceMs = Math.max(store.timeoutMs, leastPatienceMs)
  let flight: Promise<void> | undefined
  let cancelPlanned: (() => void) | undefined
  let closing = false

  /** Joins the flight under way, or starts one. */
  const send = (limitMs: () => number, all: boolean): Promise<void> => {
    cancelPlanned?.()
    cancelPlanned = undefined
    flight ??= cargo.send(limitMs, all).finally(() => {
      flight = undefined
      if (!cargo.isEmpty) plan()
    })
    return flight
  }

  /** The same without a caller. Returns whether it was stored. */
  const sendQuietly = async (limitMs: () => number, all: boolean): Promise<boolean> => {
    try {
      await send(limitMs, all)
      return true
    } catch (error) {
      report(error, 'usage')
      return false
    }
  }

  const plan = (): void => {
    if (cancelPlanned !== undefined || flight !== undefined || closing) return
    // Never later than promised, with room for the write itself.
    const delayMs = flushMs * (0.75 + 0.2 * random())
    cancelPlanned = own(() => clock.schedule(delayMs, () => void sendQuietly(() => patienceMs, false)))
  }

  return {
    plan,

    async flush() {
      // What is under way may have left before the last uses were counted.
      await flight?.catch(() => {})
      if (!cargo.isEmpty) await send(() => patienceMs, true)
    },

    async close(limitMs) {
      closing = true
      const { leftMs } = startBudget(clock, limitMs)
      await flight?.catch(() => {})
      while (!cargo.isEmpty && leftMs() > 0) {
        const isStored = await sendQuietly(() => Math.min(store.timeoutMs, leftMs()), true)
        if (!isStored) await pause(clock, Math.min(pauseMs, leftMs()))
      }
    },
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.schedule(ms, resolve))
}
