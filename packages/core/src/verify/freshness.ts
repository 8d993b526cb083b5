import type { Clock } from '../clock.ts'
import { channels, publish } from '../diagnostics.ts'
import type { Announcement, Head, KeyStore, LoggedChange, PollResult } from '../store/store.ts'
import { createBus } from './bus.ts'
import { areAnnouncements, readBusMessage } from './bus-message.ts'
import { createThrottle } from './throttle.ts'
import type { ChangeTarget } from './change-target.ts'
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

/** How to follow. All in milliseconds. */
export interface FreshnessTimes {
  readonly pollMs: number
  readonly leaseMs: number
  readonly storeTimeoutMs: number
}

// A wall clock that leaves the monotonic one by more than this was set by somebody, or the machine slept.
const maxDriftMs = 1_000
// Own changes between two polls; forgetting one costs a cache miss.
const maxOwnChanges = 1_000

/** Prepares to follow; nothing happens until `start`. */
export function createFreshness(store: KeyStore, target: ChangeTarget, times: FreshnessTimes, clock: Clock): Freshness {
  let head: Head | null = null
  // An interval, not an end: a wall clock set back ends the lease, unless by less than `maxDriftMs`.
  let lease = store.poll === undefined ? { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY } : noLease
  let drift = clock.now() - clock.monotonic()
  let wasAlive = false
  let stopped = false
  let ticking = false
  let cancelTick = (): void => {}
  const ownChanges = new Set<string>()
  const throttled = createThrottle(target, clock)

  const alive = (now: number): boolean => lease.from <= now && now < lease.until

  const follow = (next: PollResult): void => {
    const broken = head === null ? undefined : breakBetween(head, next)
    if (broken !== undefined) target.flush(broken)
    else if (next.changes !== 'gap') target.apply(next.changes.flatMap(foreignAnnouncements))
    // Last: were applying to fail, the next poll starts from where this one did, and the lease is not renewed.
    head = next.head
  }

  const foreignAnnouncements = ({ nonce, announcements }: LoggedChange): readonly Announcement[] =>
    ownChanges.delete(nonce) ? [] : announcements

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
    if (ticking || stopped) return
    ticking = true
    const startedAt = clock.monotonic()
    checkClock()
    try {
      await poll()
    } catch (error) {
      publish(channels.error, () => ({ error, during: 'poll' }))
    }
    reportLease()
    void bus.listen()
    ticking = false
    plan(Math.max(0, times.pollMs - (clock.monotonic() - startedAt)))
  }

  const plan = (delayMs: number): void => {
    cancelTick()
    if (!stopped) cancelTick = clock.schedule(delayMs, () => void tick())
  }

  const hear = (message: unknown): void => {
    const read = readBusMessage(message, head?.storeId)
    if (read === 'flush') throttled.flush('bus')
    else if (read !== 'ignore') throttled.apply(read)
  }

  const bus = createBus(store, { hear, back: () => void tick() }, clock, times.storeTimeoutMs)

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
      await bus.listen()
      plan(times.pollMs)
    },
    async stop() {
      stopped = true
      cancelTick()
      throttled.stop()
      lease = noLease
      await bus.stop()
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
  if (!changes.every(({ announcements }) => areAnnouncements(announcements))) return 'unreadable change'
  const arrivedAt = changes.at(-1)?.nonce ?? from.nonce
  return arrivedAt === head.nonce ? undefined : 'foreign nonce'
}

function isContiguous(from: Head, head: Head, changes: readonly LoggedChange[]): boolean {
  return (
    head.epoch === from.epoch + changes.length && changes.every(({ epoch }, index) => epoch === from.epoch + index + 1)
  )
}
