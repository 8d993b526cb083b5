import { monotonicMs } from '@claviger/core/store'
/**
 * What is known about the connections of one pool, for all its users: which of them a silent server may have left
 * behind.
 */
export interface Silence {
  /** A connection was answered. */
  heard(connection: object): void
  /** A statement has had no answer since then, by the monotonic clock. */
  since(sentAt: number): void
  /** Whether a connection was last used before the silence: its server may be gone, and another in its place. */
  isDoubtful(connection: object): boolean
}

const known = new WeakMap<object, Silence>()

/** The one memory of a pool. */
export function silenceOf(pool: object): Silence {
  const silence = known.get(pool) ?? createSilence()
  known.set(pool, silence)
  return silence
}

function createSilence(): Silence {
  const lastHeard = new WeakMap<object, number>()
  let silentFrom = Number.NEGATIVE_INFINITY
  return {
    heard: (connection) => void lastHeard.set(connection, monotonicMs()),
    since(sentAt) {
      silentFrom = Math.max(silentFrom, sentAt)
    },
    isDoubtful: (connection) => (lastHeard.get(connection) ?? Number.POSITIVE_INFINITY) < silentFrom,
  }
}
