import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import type { Subject } from '../verification/subject.ts'
import type { ApiKey, Refused, Verification } from '../verification/verification.ts'
import { createCallers } from './callers/callers.ts'
import { causeOf, type DeniedBy } from './causes.ts'
import { createCourier } from './delivery/courier.ts'
import { createSender } from './sender.ts'
import { createTally } from './tally.ts'

/** Counts uses of keys in memory and brings them to the store, off the request path. */
export interface Recorder {
  /** Whose use a refusal stands for. One that was never introduced is never counted: its secret was not proven. */
  introduce(refused: Refused, of: Subject): void
  /** Counts one use. Does no I/O, never throws. Parameters as `Keyring.recordUse`. */
  count(verification: Verification, status: number | undefined, deniedBy: DeniedBy | undefined): void
  /** Notes who used a key. Undefined where that is not kept. Does no I/O, never throws. Parameters as `Door.noteCaller`. */
  readonly noteCaller: ((verification: Verification, address: unknown, userAgent: unknown) => void) | undefined
  /**
   * Stores what is counted and noted by now.
   *
   * @throws {UnavailableError} when the store fails; what it did not get stays, and is stored with the next
   */
  flush(): Promise<void>
  /** Stores what is counted and noted, trying again as long as `limitMs` allows. What comes later is dropped. Never rejects. */
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
  /** Where callers are kept, for which the store has `addCallers`: whether a text holds a token, which is never stored. */
  readonly holdsToken?: ((text: string) => boolean) | undefined
}

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
  holdsToken,
}: RecorderParts): Recorder {
  const subjects = new WeakMap<Refused, Subject>()
  const tally = createTally(maxCells)
  const sender = createSender(store, tally)
  const deliveries = { store, flushMs, clock, random, own, report }
  let dropped = 0
  let closed = false

  const tell = (flushed: number): void => {
    const lost = dropped
    dropped = 0
    publish(channels.usage, () => ({ flushed, pending: tally.requests() + sender.unconfirmed(), dropped: lost }))
  }

  const counts = createCourier(
    {
      get isEmpty() {
        return sender.idle
      },
      /** Batch by batch; what is counted meanwhile is the next flush's. */
      async send(limitMs) {
        let flushed = 0
        try {
          for (let left = sender.batches(); left > 0; left -= 1) flushed += await sender.send(limitMs())
        } finally {
          tell(flushed)
        }
      },
    },
    deliveries,
  )

  const subjectOf = (verification: Verification): Subject | undefined => {
    // A guard's copy of an accepted verification still stands for the same use.
    if (verification?.ok) return isOurs(verification.apiKey) ? verification.apiKey : undefined
    return subjects.get(verification)
  }

  const callers = holdsToken && createCallers({ ...deliveries, maxCells, holdsToken })

  return {
    introduce: (refused, subject) => void subjects.set(refused, subject),

    count(verification, status, deniedBy) {
      const subject = subjectOf(verification)
      if (subject === undefined) return
      const cause = deniedBy && causeOf(deniedBy)
      if (closed || !tally.add(subject, clock.now(), status, cause)) dropped += 1
      else counts.plan()
      if (closed) tell(0)
    },

    noteCaller:
      callers &&
      ((verification, address, userAgent) => {
        const subject = subjectOf(verification)
        if (subject !== undefined) callers.note(subject, address, userAgent)
      }),

    async flush() {
      // Neither waits for the other, nor fails with it.
      const [counted, noted] = await Promise.allSettled([counts.flush(), callers?.flush()])
      if (counted.status === 'rejected') throw counted.reason
      if (noted.status === 'rejected') throw noted.reason
    },

    async close(limitMs) {
      await Promise.all([counts.close(limitMs), callers?.close(limitMs)])
      closed = true
      dropped += tally.requests() + sender.unconfirmed()
      if (dropped > 0) tell(0)
    },
  }
}
