import type { ChangeTarget } from '../cache/change-target.ts'
import { distinctAnnouncements } from '../cache/distinct.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Announcement } from '../store/store.ts'

// A hostile or broken bus may ask for flushes without end; one in this time is enough to be correct.
const pauseMs = 100
// What a message may cost in a pause beyond reading it. When it is used up, everything is dropped once instead.
const maxCostPerPause = 1_000
// A key's entries are found as quickly as its name is read, an owner's in a few microseconds; dropping a workspace's looks
// at every entry.
const costs: Readonly<Record<Announcement['type'], number>> = { key: 0, owner: 1, workspace: 50 }

/** Takes what a bus says without letting the bus say how much work that is. */
export interface Throttle extends ChangeTarget {
  stop(): void
}

/** Makes a throttle before the caches. The last request to flush in a pause is carried out at its end. */
export function createThrottle(caches: ChangeTarget, clock: Clock): Throttle {
  let lastFlush = Number.NEGATIVE_INFINITY
  let cancelPlanned: (() => void) | undefined
  let spent = { since: Number.NEGATIVE_INFINITY, cost: 0 }

  const flushNow = (reason: string): void => {
    cancelPlanned = undefined
    lastFlush = clock.monotonic()
    caches.flush(reason)
  }

  const flush = (reason: string): void => {
    const pauseLeft = pauseMs - (clock.monotonic() - lastFlush)
    if (pauseLeft <= 0) flushNow(reason)
    else cancelPlanned ??= clock.schedule(pauseLeft, () => flushNow(reason))
  }

  const maySpend = (cost: number): boolean => {
    const now = clock.monotonic()
    if (now - spent.since >= pauseMs) spent = { since: now, cost: 0 }
    spent.cost += cost
    return spent.cost <= maxCostPerPause
  }

  return {
    flush,
    apply(announcements) {
      const distinct = distinctAnnouncements(announcements)
      const cost = distinct.reduce((sum, { type }) => sum + costs[type], 0)
      if (cost === 0 || maySpend(cost)) caches.apply(distinct)
      else flush('bus')
    },
    stop: () => cancelPlanned?.(),
  }
}
