import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { ChangeTarget } from '../cache/change-target.ts'
import { ConfigurationError, UnavailableError } from '../errors/errors.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { HealthFacts } from '../reporting/health-facts.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Announcement, Head, LoggedChange, PollResult } from '../store/store.ts'
import { type Bus, createBus } from './bus.ts'
import { areAnnouncements, readBusMessage } from './bus-message.ts'
import { createRounds } from './rounds.ts'
import { createThrottle } from './throttle.ts'

/** Keeps this process in touch with the store's changes, and says whether it is. */
export interface Freshness {
  /**
   * Whether the lease is alive: everything the store had announced up to a few seconds ago is applied here.
   * Without a change log in the store there is no lease to lose, and this is always true.
   */
  alive(now: number): boolean
  /**
   * Resolves when the lease is alive: with the poll under way, or one sent for this.
   *
   * @throws {UnavailableError} when the store does not show that it is the one, and may be written to
   */
  renewed(): Promise<void>
  /**
   * Resolves when the store has answered a poll that was sent after this call. What a read before it did not find was
   * not there: the answer came from the store this process knows, where changes are written.
   *
   * @throws {UnavailableError} when the store does not show that it is the one, and may be written to
   */
  confirmed(): Promise<void>
  /** The store that is followed; undefined before its first answer. */
  readonly storeId: string | undefined
  /** The same, for people: `none` without a change log in the store. */
  lease(now: number): 'alive' | 'lost' | 'none'
  /** Since when the lease is what it is. Epoch milliseconds. */
  leaseSince(now: number): number
  readonly bus: Pick<Bus, 'state' | 'refusal'>
  /**
   * Registers a change that this process made and has already applied: it need not be applied again when the log shows
   * it.
   */
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
  /** The only store to follow. Default: the one that answers first. */
  readonly storeId?: string | undefined
}

// A wall clock that leaves the monotonic one by more than this was set, or the machine slept.
const maxDriftMs = 1_000
// Own changes between two polls; forgetting one costs a cache miss.
const maxOwnChanges = 1_000
// A poll that fails is sent again soon: most connections that break are made again at once.
const firstRetryMs = 50
const maxQuickRetries = 4

/** What following is made of. */
export interface FreshnessParts {
  readonly store: Pick<BoundedStore, 'poll' | 'subscribe'>
  /** What the changes are applied to. */
  readonly caches: ChangeTarget
  readonly times: FreshnessTimes
  readonly clock: Clock
  /** Gives numbers from 0 to 1. */
  readonly random?: () => number
  readonly report?: ReportFault
  readonly facts?: Pick<HealthFacts, 'set'>
}

/** Prepares to follow; nothing happens until `start`. */
export function createFreshness({
  store,
  caches,
  times,
  clock,
  random = Math.random,
  report = publishFault,
  facts = { set() {} },
}: FreshnessParts): Freshness {
  let head: Head | null = null
  // An interval, not an end: a wall clock set back ends the lease, unless by less than `maxDriftMs`.
  let lease = store.poll === undefined ? { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY } : noLease
  let drift = clock.now() - clock.monotonic()
  let wasAlive = false
  let aliveSince = clock.now()
  let lostSince = clock.now()
  let stopped = false
  let ticking = false
  let failures = 0
  let cancelTick = (): void => {}
  const ownChanges = new Set<string>()
  const throttled = createThrottle(caches, clock)

  const alive = (now: number): boolean => lease.from <= now && now < lease.until

  const follow = (next: PollResult): void => {
    const broken = head === null ? undefined : breakBetween(head, next)
    if (broken !== undefined) caches.flush(broken)
    else if (next.changes !== 'gap') caches.apply(next.changes.flatMap(foreignAnnouncements))
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
    const result = await store.poll(since)
    if (stopped || result === undefined) return
    requireSameStore(since, times.storeId, result.head.storeId)
    follow(result)
    if (!alive(clock.now())) aliveSince = clock.now()
    lease = { from: sentAt, until: sentAt + times.leaseMs }
    failures = 0
    facts.set('store', 'up')
    reportLease()
  }
  const polls = createRounds(poll)

  const checkClock = (): void => {
    const now = clock.now() - clock.monotonic()
    if (Math.abs(now - drift) <= maxDriftMs) return
    drift = now
    if (store.poll !== undefined) loseLease()
    caches.flush('clock')
  }

  const loseLease = (): void => {
    lostSince = clock.now()
    lease = noLease
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
      await polls.join()
    } catch (error) {
      failures += 1
      facts.set('store', 'down')
      report(error, 'poll')
    }
    reportLease()
    void bus.listen()
    ticking = false
    plan(Math.min(Math.max(0, times.pollMs - (clock.monotonic() - startedAt)), retryMs()))
  }

  const retryMs = (): number =>
    failures === 0 || failures > maxQuickRetries
      ? Number.POSITIVE_INFINITY
      : firstRetryMs * 2 ** (failures - 1) * (0.5 + random() / 2)

  const plan = (delayMs: number): void => {
    cancelTick()
    if (!stopped) cancelTick = clock.schedule(delayMs, () => void tick())
  }

  const hear = (message: unknown): void => {
    const read = readBusMessage(message, head?.storeId)
    if (read === 'flush') throttled.flush('bus')
    else if (read !== 'ignore') throttled.apply(read)
  }

  const bus = createBus(store, { hear, back: () => void tick() }, clock, report)

  return {
    alive,
    lease: (now) => (store.poll === undefined ? 'none' : alive(now) ? 'alive' : 'lost'),
    leaseSince: (now) => (alive(now) ? aliveSince : Math.max(lostSince, Math.min(lease.until, now))),
    bus,
    applied(nonce) {
      if (store.poll === undefined) return
      ownChanges.add(nonce)
      const [oldest] = ownChanges
      if (ownChanges.size > maxOwnChanges && oldest !== undefined) ownChanges.delete(oldest)
    },
    async renewed() {
      if (!alive(clock.now())) await polls.join()
    },
    async confirmed() {
      if (store.poll !== undefined) await polls.next()
    },
    get storeId() {
      return head?.storeId
    },
    async start() {
      await polls.join()
      await bus.listen()
      plan(times.pollMs)
    },
    async stop() {
      stopped = true
      cancelTick()
      throttled.stop()
      loseLease()
      await bus.stop()
    },
  }
}

const noLease = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY }

/**
 * A store that lost its data, or another in its place, does not know this process's keys: its answer does not count.
 *
 * @throws {ConfigurationError} at the start @throws {UnavailableError} later
 */
function requireSameStore(since: Head | null, expected: string | undefined, found: string): void {
  if (since === null && expected !== undefined && found !== expected) {
    throw new ConfigurationError(
      'storeId',
      `Expected the store ${expected}, but this one is ${found}. Is it empty, or another one? Give its id if it is meant.`,
    )
  }
  if (since === null || found === since.storeId) return
  throw new UnavailableError(
    'store',
    `This is the store ${found}; this process was started on ${since.storeId}. Was it emptied, or replaced? ` +
      'Nothing it says is believed. Restore the data, or restart the process if the new store is meant.',
  )
}

/** Why the way from one head to the next cannot be trusted; undefined when it can. */
function breakBetween(from: Head, { head, changes }: PollResult): string | undefined {
  if (changes === 'gap') return 'gap'
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
