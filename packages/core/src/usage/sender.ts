import { randomUUID } from 'node:crypto'
import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { UsageBatch } from '../store/usage.ts'
import type { Tally } from './tally.ts'

/** Carries counts from a tally to the store: each exactly once, however often the answer is lost. */
export interface Sender {
  /**
   * Sends one batch: the one whose outcome is unknown, unchanged and under its old number, else the oldest counts.
   *
   * @returns how many requests the store has confirmed; 0 when there was nothing to send
   * @throws {UnavailableError} the outcome is unknown; the next call sends the same batch again
   */
  send(limitMs: number): Promise<number>
  /** How many batches it would take to send everything there is now. */
  batches(): number
  /** Requests in a batch that the store has not confirmed. */
  unconfirmed(): number
  /** Whether there is nothing to send. */
  readonly idle: boolean
}

// Small enough for one transaction of well under a second, large enough for a store to gain by it.
const maxBatchEntries = 2_000

/** Makes a sender. Its batches are one instance's: they must be sent one after the other. */
export function createSender(store: Pick<BoundedStore, 'lasting'>, tally: Tally): Sender {
  const instanceId = randomUUID()
  let sequence = 0
  let open: UsageBatch | undefined

  return {
    async send(limitMs) {
      if (open === undefined) {
        if (tally.size === 0) return 0
        sequence += 1
        open = { instanceId, sequence, entries: tally.seal(maxBatchEntries) }
      }
      const batch = open
      await store.lasting(limitMs).addUsage?.(batch)
      open = undefined
      return requestsIn(batch)
    },
    batches: () => Math.ceil(tally.size / maxBatchEntries) + (open === undefined ? 0 : 1),
    unconfirmed: () => (open === undefined ? 0 : requestsIn(open)),
    get idle() {
      return open === undefined && tally.size === 0
    },
  }
}

function requestsIn({ entries }: UsageBatch): number {
  return entries.reduce((sum, { requests }) => sum + requests, 0)
}
