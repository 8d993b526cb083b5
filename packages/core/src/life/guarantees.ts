import type { KeyStore } from '../store/store.ts'

/** Which promises hold with the store in use. */
export interface Guarantees {
  readonly revocation: {
    /** A verification in this process that starts after `revoke` resolved. */
    readonly sameProcess: 'immediate'
    /** The longest time until other processes refuse a revoked key while the store can be reached. */
    readonly otherProcessesWithinMs: number
    /**
     * How long cached keys are still accepted while the store cannot be reached, takes no writes (a replica, a primary
     * that was cut off), or is not the one this process was started on; after that, 503.
     */
    readonly storeDownWithinMs: number
  }
  /** Bounds on memory in bytes, for all traffic and all keys. */
  readonly memory: {
    /** What is remembered of keys and tokens: `cache.maxBytes`, the refusals, and the tables. */
    readonly cacheBytes: number
  }
  /** The id of the store in use, for the option `storeId`; undefined before it was reached, and without `poll`. */
  readonly storeId: string | undefined
  /**
   * Whether the store reports changes (`poll`), and whether a bus makes them faster (`subscribe`). False for a
   * bus that this process may not use, which `ready()` finds out.
   */
  readonly changeLog: boolean
  readonly bus: boolean
  /** Whether use is counted, for which a store needs `addUsage` and `usage`. */
  readonly usage: boolean
  /** Whether it is kept who uses keys: with `usage: { callers: true }`, for which a store needs `addCallers` and `callers`, too. */
  readonly callers: boolean
  /** Optional halves of the store. */
  readonly activity: boolean
  readonly serviceAccounts: boolean
  /** Whether `remind` works, for which a store needs `due`. */
  readonly reminders: boolean
  /** Whether `follow` works, for which a store needs `activityAfter` and `claimFollower`. */
  readonly followers: boolean
  /** What is weaker than with a complete store, in words; empty when nothing is. */
  readonly limits: readonly string[]
}

/** The times the promises are made of, in milliseconds. */
export interface GuaranteeTimes {
  readonly recordAgeMs: number
  readonly pollMs: number
  readonly leaseMs: number
  readonly storeTimeoutMs: number
  readonly staleIfErrorMs: number
  readonly usage: false | { readonly callers: boolean }
  readonly cache: { readonly maxEntries: number; readonly maxBytes: number; readonly maxNegatives: number }
}

/** Which promises hold with a store. Asks nothing. */
export function guaranteesOf(
  store: KeyStore,
  times: GuaranteeTimes,
  busRefusal: string | null,
  storeId?: string,
): Guarantees {
  const changeLog = store.poll !== undefined
  const bus = store.subscribe !== undefined && busRefusal === null
  const counts = store.usage !== undefined && store.addUsage !== undefined
  const asksCallers = times.usage !== false && times.usage.callers
  const keepsCallers = asksCallers && counts && store.callers !== undefined && store.addCallers !== undefined
  const follows = store.activityAfter !== undefined && store.claimFollower !== undefined
  const limits: readonly (string | false)[] = [
    !changeLog && `Without poll, other processes accept a revoked key for up to ${times.recordAgeMs} ms.`,
    busRefusal ?? false,
    changeLog &&
      store.subscribe === undefined &&
      'Without subscribe, other processes learn of changes by polling only.',
    store.commitLocked === undefined &&
      'Without commitLocked, a process that writes a key in a loop can delay its revocation: this process refuses the key at once and keeps trying, other processes accept it until that succeeds. And what a key that acts has begun may be stored after it was revoked.',
    !counts && 'Without addUsage and usage, use of keys is not counted.',
    counts && store.busiest === undefined && 'Without busiest, usage is read key by key, not of a whole workspace.',
    counts && times.usage === false && 'usage: false: use of keys is not counted.',
    asksCallers &&
      !keepsCallers &&
      `usage.callers: without ${counts ? '' : 'addUsage, usage, '}addCallers and callers, it is not kept who uses keys.`,
    store.activity === undefined && 'Without activity, changes are not logged.',
    store.due === undefined && 'Without due, remind() is not supported: no reminders are sent.',
    store.due !== undefined &&
      store.commitLocked === undefined &&
      'Without commitLocked, each reminder that is sent changes the revision of its key.',
    !follows && 'Without activityAfter and claimFollower, follow() is not supported: the log has no followers.',
    store.services === undefined && 'Without services, there are no service accounts; resolveOwner is asked instead.',
    store.marks === undefined &&
      'Without marks, ready() notices neither an exchanged pepper nor another product on the same store.',
    times.staleIfErrorMs > 0 &&
      `staleIfErrorMs: while the store is down, a revoked key is accepted until ${times.recordAgeMs + times.staleIfErrorMs} ms after it was read.`,
  ]
  return {
    revocation: {
      sameProcess: 'immediate',
      otherProcessesWithinMs: changeLog ? times.pollMs + times.storeTimeoutMs : times.recordAgeMs,
      storeDownWithinMs: Math.max(
        changeLog ? times.leaseMs : times.recordAgeMs,
        times.staleIfErrorMs === 0 ? 0 : times.recordAgeMs + times.staleIfErrorMs,
      ),
    },
    memory: memoryOf(times.cache),
    storeId,
    changeLog,
    bus,
    usage: counts && times.usage !== false,
    callers: keepsCallers,
    activity: store.activity !== undefined,
    serviceAccounts: store.services !== undefined,
    reminders: store.due !== undefined,
    followers: follows,
    limits: limits.filter((limit) => limit !== false),
  }
}

// What a refusal is remembered with, once where the token is no key's, and once where the secret is right. Measured, as
// what keys take; the tables are allocated at once.
const refusalBytes = 640
const slotBytes = 64
// Lists of permissions, owners and other texts that keys share: a thousand of each, of a thousand characters at most.
const sharedBytes = 8 * 2 ** 20

function memoryOf({ maxEntries, maxBytes, maxNegatives }: GuaranteeTimes['cache']): Guarantees['memory'] {
  return {
    cacheBytes: maxBytes + 2 * maxNegatives * refusalBytes + (maxEntries + maxNegatives) * slotBytes + sharedBytes,
  }
}
