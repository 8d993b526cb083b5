import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import { startBudget } from '../runtime/within.ts'
import type { ApiKey, Refused, Verification } from '../verification/verification.ts'
import { causeOf, type DeniedBy } from './causes.ts'
import { createSender } from './sender.ts'
import { createTally, type Subject } from './tally.ts'

/** Counts uses of keys in memory and brings them to the store, off the request path. */
export interface Recorder {
  /** Whose use a refusal stands for. One that was never introduced is never counted: its secret was not proven. */
  introduce(refused: Refused, of: Subject): void
  /** Counts one use. Does no I/O, never throws. Parameters as `Keyring.recordUse`. */
  count(verification: Verification, status: number | undefined, deniedBy: DeniedBy | undefined): void
  /**
   * Stores what is counted by now.
   *
   * @throws {UnavailableError} when the store fails; the counts stay, and are stored with the next ones
   */
  flush(): Promise<void>
  /** Stores what is counted, trying again as long as `limitMs` allows. What comes later is dropped. Never rejects. */
  close(limitMs: number): Promise<void>
}

/** What recording is made of. */
export interface RecorderParts {
  /** One that has `addUsage`. */
  readonly store: Pick<BoundedStore, 'lasting' | 'timeoutMs'>
  readonly flushMs: number
  readonly maxCells: number
  readonly clock: Clock
  /** Whether an accepted verification's key was made by this keyring: no other is counted. */
  readonly isOurs: (apiKey: ApiKey) => boolean
  /** Gives numbers from 0 to 1, so that processes started together do not flush together. */
  readonly random: () => number
  readonly own: OwnContext
  readonly report?: ReportFault
}

// A flush has no caller, but `close` waits for the one in progress.
const leastPatienceMs = 2_000
const pauseMs = 100

/** Makes a recorder. Nothing is scheduled while nothing is counted. */
export function createRecorder({
  store,
  flushMs,
  maxCells,
  clock,
  isOurs,
  random,
  own,
  report = publishFault,
}: RecorderParts): Recorder {
  const subjects = new WeakMap<Refused, Subject>()
  const tally = createTally(maxCells)
  const sender = createSender(store, tally)
  const patienceMs = Math.max(store.timeoutMs, leastPatienceMs)
  let dropped = 0
  let flight: Promise<void> | undefined
  let cancelPlanned: (() => void) | undefined
  let closing = false
  let closed = false

  const tell = (flushed: number): void => {
    const lost = dropped
    dropped = 0
    publish(channels.usage, () => ({ flushed, pending: tally.requests() + sender.unconfirmed(), dropped: lost }))
  }

  /** Sends what is there now, batch by batch; what is counted meanwhile is the next flush's. */
  const sendAll = async (limitMs: () => number): Promise<void> => {
    let flushed = 0
    try {
      for (let left = sender.batches(); left > 0; left -= 1) flushed += await sender.send(limitMs())
    } finally {
      tell(flushed)
    }
  }

  /** Joins the flight under way, or starts one. */
  const send = (limitMs: () => number): Promise<void> => {
    cancelPlanned?.()
    cancelPlanned = undefined
    flight ??= sendAll(limitMs).finally(() => {
      flight = undefined
      if (!sender.idle) plan()
    })
    return flight
  }

  /** The same without a caller. Returns whether it was stored. */
  const sendQuietly = async (limitMs: () => number): Promise<boolean> => {
    try {
      await send(limitMs)
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
    cancelPlanned = own(() => clock.schedule(delayMs, () => void sendQuietly(() => patienceMs)))
  }

  const subjectOf = (verification: Verification): Subject | undefined => {
    // A guard's copy of an accepted verification still stands for the same use.
    if (verification?.ok) return isOurs(verification.apiKey) ? verification.apiKey : undefined
    return subjects.get(verification)
  }

  return {
    introduce: (refused, subject) => void subjects.set(refused, subject),

    count(verification, status, deniedBy) {
      const subject = subjectOf(verification)
      if (subject === undefined) return
      const cause = deniedBy && causeOf(deniedBy)
      if (closed || !tally.add(subject, clock.now(), status, cause)) dropped += 1
      else if (cancelPlanned === undefined) plan()
      if (closed) tell(0)
    },

    async flush() {
      // What is under way may have left before the last uses were counted.
      await flight?.catch(() => {})
      if (!sender.idle) await send(() => patienceMs)
    },

    async close(limitMs) {
      closing = true
      const { leftMs } = startBudget(clock, limitMs)
      await flight?.catch(() => {})
      while (!sender.idle && leftMs() > 0) {
        const isStored = await sendQuietly(() => Math.min(store.timeoutMs, leftMs()))
        if (!isStored) await pause(clock, Math.min(pauseMs, leftMs()))
      }
      closed = true
      dropped += tally.requests() + sender.unconfirmed()
      if (dropped > 0) tell(0)
    },
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.schedule(ms, resolve))
}
