import type { ChangeTarget } from '../cache/change-target.ts'
import { ClosedError, UnavailableError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Announcement } from '../store/store.ts'
import { KeyRefusedError } from '../verification/key-refused-error.ts'
import type { Accepted, ApiKey, Refused, Verification } from '../verification/verification.ts'

/** Ends what was opened with a key, such as a stream or a socket, when the key stops being good for it. */
export interface Watches extends ChangeTarget {
  /** The returned signal aborts when the key is refused; its `reason` says why. `until` ends the watch silently. */
  watch(apiKey: ApiKey, refusal: Watcher['refusal'], until: AbortSignal | undefined): AbortSignal
  /** Ends every watch, with a `ClosedError`. */
  stop(): void
}

/** What watching is made of. Times in milliseconds. */
export interface WatchesParts {
  /** What a verification with this secret of the key answers now, from the store. */
  readonly recheck: (apiKey: ApiKey) => Promise<Verification>
  /** Whether everything the store had announced up to a few seconds ago is known here. */
  readonly alive: (now: number) => boolean
  readonly clock: Clock
  /** How often the watched keys are looked over. */
  readonly pollMs: number
  /** A key is checked this long after its last check, also when nothing was announced. */
  readonly recordAgeMs: number
  /** Checks that keep failing for this long end the watch. */
  readonly leaseMs: number
}

// The reads of one tick are one batch; a flush must not send the checks of ten thousand sockets at once.
const maxChecksAtOnce = 256
const never = Number.NEGATIVE_INFINITY

interface Watcher {
  /** Why an accepted verification is not good for what was opened. */
  readonly refusal: (verification: Accepted) => Refused | undefined
  readonly controller: AbortController
  /** Stops listening to the caller's own signal. */
  detach(): void
}

/** One secret of one key, and everything that hangs on it. */
interface Watched {
  readonly name: string
  /** As the last check found it: a transfer gives it another owner. */
  apiKey: ApiKey
  readonly watchers: Set<Watcher>
  /** When the last check that succeeded began; `never` asks for one. Monotonic. */
  confirmedAt: number
  /** Since when checks have failed. Monotonic. */
  failingSince: number | undefined
  /** Expiry, or the end of the overlap. Epoch milliseconds. */
  endsAt: number | null
  isChecking: boolean
}

/** Makes an empty set of watches. Nothing is scheduled while nothing is watched. */
export function createWatches(parts: WatchesParts): Watches {
  const { clock, recheck, alive, pollMs, recordAgeMs, leaseMs } = parts
  const watched = new Map<string, Watched>()
  // What an announcement of a key, an owner or a workspace concerns: its cost must not grow with everything watched.
  const concerned = new Map<string, Set<Watched>>()
  const due = new Set<Watched>()
  let checks = 0
  let cancelSweep: (() => void) | undefined
  let stopped = false

  const index = (one: Watched): void => {
    for (const scope of scopesOf(one.apiKey)) concerned.set(scope, (concerned.get(scope) ?? new Set()).add(one))
  }

  const unindex = (one: Watched): void => {
    for (const scope of scopesOf(one.apiKey)) {
      const others = concerned.get(scope)
      others?.delete(one)
      if (others?.size === 0) concerned.delete(scope)
    }
  }

  const add = (apiKey: ApiKey): Watched => {
    const one: Watched = {
      name: nameOf(apiKey),
      apiKey,
      watchers: new Set(),
      confirmedAt: never,
      failingSince: undefined,
      endsAt: null,
      isChecking: false,
    }
    watched.set(one.name, one)
    index(one)
    cancelSweep ??= clock.schedule(pollMs, sweep)
    return one
  }

  const forget = (one: Watched): void => {
    watched.delete(one.name)
    due.delete(one)
    unindex(one)
    if (watched.size > 0) return
    cancelSweep?.()
    cancelSweep = undefined
  }

  const release = (one: Watched, watcher: Watcher): void => {
    watcher.detach()
    one.watchers.delete(watcher)
    if (one.watchers.size === 0) forget(one)
  }

  const end = (one: Watched, watcher: Watcher, reason: Error): void => {
    release(one, watcher)
    watcher.controller.abort(reason)
  }

  const endAll = (one: Watched, reason: Error): void => {
    for (const watcher of Array.from(one.watchers)) end(one, watcher, reason)
  }

  const settle = (one: Watched, verification: Verification): void => {
    if (!verification.ok) return endAll(one, new KeyRefusedError(verification))
    one.endsAt = verification.endsAt
    unindex(one)
    one.apiKey = verification.apiKey
    index(one)
    for (const watcher of Array.from(one.watchers)) {
      const refused = watcher.refusal(verification)
      if (refused !== undefined) end(one, watcher, new KeyRefusedError(refused))
    }
  }

  const check = async (one: Watched): Promise<void> => {
    const startedAt = clock.monotonic()
    one.isChecking = true
    // Set before: an announcement during the check asks for another one.
    one.confirmedAt = startedAt
    try {
      settle(one, await recheck(one.apiKey))
      one.failingSince = undefined
    } catch (error) {
      one.confirmedAt = never
      one.failingSince ??= startedAt
      const isOver = !alive(clock.now()) || clock.monotonic() - one.failingSince >= leaseMs
      if (isOver) endAll(one, unchecked(error))
    } finally {
      one.isChecking = false
    }
  }

  const work = (): void => {
    for (const one of due) {
      if (checks >= maxChecksAtOnce) return
      due.delete(one)
      checks += 1
      void check(one).then(() => {
        checks -= 1
        // A failed check waits for the next sweep; one that was overtaken by news does not.
        if (one.confirmedAt === never && one.failingSince === undefined && watched.get(one.name) === one) {
          due.add(one)
        }
        work()
      })
    }
  }

  const ask = (ones: Iterable<Watched>): void => {
    for (const one of ones) {
      one.confirmedAt = never
      if (!one.isChecking) due.add(one)
    }
    work()
  }

  const isDue = (one: Watched, now: number, monotonic: number, isAlive: boolean): boolean =>
    !one.isChecking &&
    (!isAlive || monotonic - one.confirmedAt >= recordAgeMs || (one.endsAt !== null && now >= one.endsAt))

  const sweep = (): void => {
    const [now, monotonic] = [clock.now(), clock.monotonic()]
    const isAlive = alive(now)
    let nextMs = pollMs
    for (const one of watched.values()) {
      if (isDue(one, now, monotonic, isAlive)) due.add(one)
      // Ends are exact.
      else if (one.endsAt !== null && one.endsAt > now) nextMs = Math.min(nextMs, one.endsAt - now)
    }
    cancelSweep = watched.size === 0 ? undefined : clock.schedule(nextMs, sweep)
    work()
  }

  return {
    watch(apiKey, refusal, until) {
      const controller = new AbortController()
      if (stopped) controller.abort(new ClosedError())
      if (stopped || until?.aborted === true) return controller.signal
      const one = watched.get(nameOf(apiKey)) ?? add(apiKey)
      const leave = (): void => release(one, watcher)
      const watcher: Watcher = {
        refusal,
        controller,
        detach: () => until?.removeEventListener('abort', leave),
      }
      one.watchers.add(watcher)
      until?.addEventListener('abort', leave, { once: true })
      // The key may have been verified a while ago.
      ask([one])
      return controller.signal
    },

    apply(announcements) {
      for (const announcement of announcements) {
        const ones = concerned.get(scopeOf(announcement))
        if (ones !== undefined) ask(ones)
      }
    },

    flush: () => ask(watched.values()),

    stop() {
      stopped = true
      for (const one of watched.values()) endAll(one, new ClosedError())
    },
  }
}

function unchecked(error: unknown): Error {
  return error instanceof Error ? error : new UnavailableError('store', 'The key could not be checked.')
}

function nameOf({ id, secretVersion }: ApiKey): string {
  return `${id} ${secretVersion}`
}

function scopesOf({ id, workspaceId, owner }: ApiKey): readonly string[] {
  return [
    scopeOf({ type: 'key', id }),
    scopeOf({ type: 'owner', workspaceId, owner }),
    scopeOf({ type: 'workspace', workspaceId }),
  ]
}

/** Names what an announcement is about. JSON keeps the parts apart, whatever they contain. */
function scopeOf(announcement: Announcement): string {
  switch (announcement.type) {
    case 'key':
      return `key ${announcement.id}`
    case 'owner':
      return `owner ${JSON.stringify([announcement.workspaceId, announcement.owner.type, announcement.owner.id])}`
    case 'workspace':
      return `workspace ${announcement.workspaceId}`
  }
}
