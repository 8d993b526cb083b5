import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { UnavailableError } from '../errors/errors.ts'
import { shownActivity } from '../keys/reading/read-activity.ts'
import type { ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import { createPauses } from '../runtime/pauses.ts'
import type { ActivityAfter } from '../store/follower.ts'
import type { Follower, FollowerStatus, LostLines } from './follow.types.ts'
import type { ResolvedFollow } from './follow-options.ts'
import { createTurn } from './turn.ts'

/** What a follower is made of. */
export interface FollowerParts {
  readonly store: {
    readonly activityAfter: NonNullable<BoundedStore['activityAfter']>
    readonly claimFollower: NonNullable<BoundedStore['claimFollower']>
  }
  readonly options: ResolvedFollow
  /** Tells it from every other of its name. */
  readonly holder: string
  /** Resolves when the store may be used. */
  readonly ready: () => Promise<void>
  readonly clock: Clock
  /** Gives numbers from 0 to 1. */
  readonly random: () => number
  readonly report: ReportFault
  readonly onClosed: () => void
}

const latest = Number.MAX_SAFE_INTEGER

/** Starts a follower. It takes turns with others of its name until it is closed. */
export function startFollower(parts: FollowerParts): Follower {
  const { store, options, holder, ready, clock, random, report, onClosed } = parts
  const { name, batchSize, leaseMs } = options
  const turn = createTurn({ claim: store.claimFollower, name, holder, leaseMs, clock })
  const pauses = createPauses(clock)
  const closing = new AbortController()
  let status: FollowerStatus = 'starting'
  let position: number | null = null
  let failures = 0
  let running: AbortController | undefined

  /** The place from which to go on; undefined while another one is at work. */
  const begin = async (): Promise<number | undefined> => {
    const answer = await turn.take()
    if (!answer.isHeld) return undefined
    if (answer.position !== null) return answer.position
    const { last } = options.from === 'now' ? await store.activityAfter(latest, 1) : { last: 0 }
    return (await turn.take(last)).position ?? last
  }

  /** Hands out lines up to the end of the page, or of the turn. */
  const handOut = async (page: ActivityAfter, start: number): Promise<void> => {
    const isOver = (): boolean => closing.signal.aborted || !turn.isRunning()
    if (page.last < start) await tellLost({ first: page.last + 1, last: start, reason: 'restored' }, page.last)
    let done = Math.min(start, page.last)
    for (const item of page.items) {
      if (isOver()) return
      if (item.position > done + 1) {
        await tellLost({ first: done + 1, last: item.position - 1, reason: 'purged' }, item.position - 1)
      }
      const line = { ...shownActivity(item.entry), position: item.position }
      await call((signal) => options.handler(line, { signal }))
      done = item.position
      position = done
      failures = 0
    }
    if (page.through > done && !isOver()) {
      await tellLost({ first: done + 1, last: page.through, reason: 'purged' }, page.through)
    }
  }

  const tellLost = async (lines: Omit<LostLines, 'follower'>, next: number): Promise<void> => {
    const lost: LostLines = { follower: name, ...lines }
    if (options.onLost === undefined) report(lostError(lost), 'follow', { lost })
    else await call(() => options.onLost?.(lost))
    position = next
  }

  /** Calls the host, for as long as that may take. */
  const call = async (work: (signal: AbortSignal) => unknown): Promise<void> => {
    running = new AbortController()
    const { signal } = running
    try {
      await inTime(clock, options.handlerTimeoutMs, () => work(signal))
    } catch (error) {
      running.abort(error)
      throw error
    } finally {
      running = undefined
    }
  }

  /** Stores how far it has come. Where another one is at work by now, that one's place counts. */
  const noteProgress = async (start: number): Promise<void> => {
    if (position === null || position === start) return
    if (!(await turn.take(position)).isHeld) position = null
  }

  /** One round; gives how long to pause. */
  const round = async (): Promise<number> => {
    await ready()
    if (position === null || !turn.isRunning() || !(await turn.keep(position))) {
      position = (await begin()) ?? null
      if (position === null) {
        status = 'waiting'
        return leaseMs / 3
      }
    }
    const start: number = position
    const page = await store.activityAfter(start, batchSize)
    if (page.items.length > 0 || page.last !== start) {
      try {
        await turn.during(
          () => running?.abort(),
          () => handOut(page, start),
        )
      } catch (error) {
        // The failure of the handler is what counts. What is not stored comes again.
        await noteProgress(start).catch(() => undefined)
        throw error
      }
      await noteProgress(start)
    }
    status = 'following'
    failures = 0
    return page.through === page.last ? options.pollMs : 0
  }

  const afterFailure = (error: unknown): number => {
    if (closing.signal.aborted) return 0
    status = 'failing'
    failures += 1
    report(error, 'follow', { follower: name })
    const pauseMs = Math.min(options.maxRetryMs, options.retryMs * 2 ** Math.min(30, failures - 1))
    return pauseMs * (0.75 + random() / 4)
  }

  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const pauseMs = await round().catch(afterFailure)
      if (pauseMs > 0) await pauses.pause(pauseMs)
    }
    // What fails here costs others no more than the time of the lease.
    await turn.end(position).catch((error: unknown) => report(error, 'follow', { follower: name }))
    status = 'closed'
    onClosed()
  }

  const stop = (): void => {
    if (closing.signal.aborted) return
    closing.abort()
    running?.abort()
    pauses.end()
    options.signal?.removeEventListener('abort', stop)
  }
  options.signal?.addEventListener('abort', stop)
  if (options.signal?.aborted) stop()
  // Later: the caller has the follower before its handler is called.
  const following = Promise.resolve().then(follow)

  return {
    name,
    get status() {
      return status
    },
    get position() {
      return position
    },
    close() {
      stop()
      return following
    },
  }
}

/** Like `within`, for a function of the host's, whose errors stay what they are. */
function inTime(clock: Clock, limitMs: number, work: () => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(limitMs, () => {
      reject(new Error(`The handler of a follower has not finished with a line for ${limitMs} ms.`))
    })
    Promise.resolve()
      .then(work)
      .then(() => resolve(), reject)
      .finally(cancel)
  })
}

function lostError({ follower, first, last, reason }: LostLines): UnavailableError {
  const lines = `${last - first + 1} lines of the activity log (${first} to ${last})`
  return new UnavailableError(
    'store',
    reason === 'purged'
      ? `${lines} were purged before the follower "${follower}" read them. It goes on behind them. Is retention.activity too short?`
      : `The activity log ends before the place of the follower "${follower}": the database was restored from a backup. It goes on at the end of the log, ${lines} behind.`,
  )
}
