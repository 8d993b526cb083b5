import type { Clock } from '../clock.ts'
import { channels, publish } from '../diagnostics.ts'
import type { Announcement, Head, KeyStore, LoggedChange, PollResult, Subscription } from '../store/store.ts'
import { readBusMessage } from './bus-message.ts'
import { within } from './within.ts'

/** Keeps this process in touch with the store's changes, and says whether it is. */
export interface Freshness {
  /**
   * Whether the lease is alive: everything the store had announced up to a few seconds ago is applied here.
   * Without a change log in the store there is no lease to lose, and this is always true.
   */
  alive(now: number): boolean
  /** Tells of a change this process made and has applied already: it need not be applied again when the log shows it. */
  applied(nonce: string): void
  /** Reads the head, starts polling and, if the store has a bus, listening. Rejects when the first poll fails. */
  start(): Promise<void>
  /** Ends polling and listening. */
  stop(): Promise<void>
}

/** What following the changes does to the caches. */
export interface ChangeTarget {
  apply(announcements: readonly Announcement[]): void
  flush(reason: string): void
}

/** How to follow. All in milliseconds. */
export interface FreshnessTimes {
  readonly pollMs: number
  readonly leaseMs: number
  readonly storeTimeoutMs: number
}

// A wall clock that leaves the monotonic one by more than this was set by somebody, or the machine slept.
const maxDriftMs = 1_000
// A hostile or broken bus may ask for flushes without end; one in this time is enough to be correct.
const flushPauseMs = 100
// Dropping an owner's or workspace's keys looks at every entry; beyond this many in one pause, drop everything once.
const maxScansPerPause = 20
// Own changes between two polls; forgetting one costs a cache miss.
const maxOwnChanges = 1_000

/** Prepares to follow; nothing happens until `start`. */
export function createFreshness(store: KeyStore, target: ChangeTarget, times: FreshnessTimes, clock: Clock): Freshness {
  let head: Head | null = null
  // The lease is an interval, not an end: a wall clock set back must not prolong it.
  let lease = store.poll === undefined ? { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY } : noLease
  let drift = clock.now() - clock.monotonic()
  let wasAlive = false
  let stopped = false
  const ownChanges = new Set<string>()
  let cancelTick = (): void => {}
  let subscription: Subscription | undefined
  let subscribing = false
  let ticking = false
  let lastFlush = Number.NEGATIVE_INFINITY
  let flushPlanned = false
  let scans = { since: Number.NEGATIVE_INFINITY, count: 0 }

  const alive = (now: number): boolean => lease.from <= now && now < lease.until

  const follow = (next: PollResult): void => {
    const { head: newHead, changes } = next
    const broken = head === null ? undefined : breakBetween(head, next)
    head = newHead
    if (broken !== undefined) target.flush(broken)
    else if (changes !== 'gap') changes.forEach(applyForeign)
  }

  const applyForeign = ({ nonce, announcements }: LoggedChange): void => {
    if (!ownChanges.delete(nonce)) target.apply(announcements)
  }

  const poll = async (): Promise<void> => {
    if (store.poll === undefined) return
    const sentAt = clock.now()
    // Asked from `head` as it is now: what a late answer of an earlier poll would say is never looked at.
    const since = head
    const result = await within(clock, times.storeTimeoutMs, 'store', async () => store.poll?.(since))
    if (stopped || result === undefined) return
    follow(result)
    lease = { from: sentAt, until: sentAt + times.leaseMs }
  }

  const checkClock = (): void => {
    const now = clock.now() - clock.monotonic()
    if (Math.abs(now - drift) <= maxDriftMs) return
    drift = now
    if (store.poll !== undefined) lease = noLease
    target.flush('clock')
  }

  const reportLease = (): void => {
    const isAlive = alive(clock.now())
    if (isAlive === wasAlive) return
    wasAlive = isAlive
    publish(channels.lease, () => ({ alive: isAlive, storeId: head?.storeId }))
  }

  const tick = async (): Promise<void> => {
    if (ticking) return
    ticking = true
    cancelTick()
    const startedAt = clock.monotonic()
    checkClock()
    try {
      await poll()
    } catch (error) {
      publish(channels.error, () => ({ error, during: 'poll' }))
    }
    reportLease()
    void listen()
    ticking = false
    if (!stopped) plan(Math.max(0, times.pollMs - (clock.monotonic() - startedAt)))
  }

  const plan = (delayMs: number): void => {
    cancelTick = clock.schedule(delayMs, () => void tick())
  }

  const requestFlush = (reason: string): void => {
    const pauseLeft = flushPauseMs - (clock.monotonic() - lastFlush)
    if (pauseLeft <= 0) {
      lastFlush = clock.monotonic()
      target.flush(reason)
    } else if (!flushPlanned) {
      flushPlanned = true
      clock.schedule(pauseLeft, () => {
        flushPlanned = false
        lastFlush = clock.monotonic()
        target.flush(reason)
      })
    }
  }

  const mayScan = (): boolean => {
    const now = clock.monotonic()
    if (now - scans.since >= flushPauseMs) scans = { since: now, count: 0 }
    scans.count += 1
    return scans.count <= maxScansPerPause
  }

  const hear = (message: unknown): void => {
    const read = readBusMessage(message, head?.storeId)
    if (read === 'ignore') return
    if (read === 'flush') requestFlush('bus')
    else if (read.every(({ type }) => type === 'key') || mayScan()) target.apply(read)
    else requestFlush('bus')
  }

  const listen = async (): Promise<void> => {
    if (store.subscribe === undefined || subscription !== undefined || subscribing || stopped) return
    subscribing = true
    try {
      const started = await store.subscribe({
        message: hear,
        down: (reason) => publish(channels.bus, () => ({ state: 'down', reason })),
        up() {
          publish(channels.bus, () => ({ state: 'up' }))
          // What was said while nobody heard it is in the log.
          void tick()
        },
      })
      if (stopped) await started.close()
      else subscription = started
      publish(channels.bus, () => ({ state: 'up' }))
    } catch (error) {
      publish(channels.error, () => ({ error, during: 'subscribe' }))
    } finally {
      subscribing = false
    }
  }

  /** A bus that takes its time must not keep the keyring from being ready: it only makes things faster. */
  const listenBriefly = (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.schedule(times.storeTimeoutMs, resolve)
      void listen().then(() => {
        cancel()
        resolve()
      })
    })

  return {
    alive,
    applied(nonce) {
      if (store.poll === undefined) return
      ownChanges.add(nonce)
      const [oldest] = ownChanges
      if (ownChanges.size > maxOwnChanges && oldest !== undefined) ownChanges.delete(oldest)
    },
    async start() {
      await poll()
      reportLease()
      await listenBriefly()
      if (!stopped) plan(times.pollMs)
    },
    async stop() {
      stopped = true
      cancelTick()
      lease = noLease
      await subscription?.close()
    },
  }
}

const noLease = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY }

/** Why the way from one head to the next cannot be trusted; undefined when it can. */
function breakBetween(from: Head, { head, changes }: PollResult): string | undefined {
  if (changes === 'gap') return 'gap'
  if (head.storeId !== from.storeId) return 'foreign store'
  if (head.epoch < from.epoch) return 'epoch went back'
  if (!isContiguous(from, head, changes)) return 'gap'
  const arrivedAt = changes.at(-1)?.nonce ?? from.nonce
  return arrivedAt === head.nonce ? undefined : 'foreign nonce'
}

function isContiguous(from: Head, head: Head, changes: readonly LoggedChange[]): boolean {
  return (
    head.epoch === from.epoch + changes.length && changes.every(({ epoch }, index) => epoch === from.epoch + index + 1)
  )
}
