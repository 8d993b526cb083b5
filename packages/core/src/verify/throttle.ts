import type { Clock } from '../clock.ts'
import type { ChangeTarget } from './change-target.ts'

// A hostile or broken bus may ask for flushes without end; one in this time is enough to be correct.
const pauseMs = 100
// Dropping an owner's or workspace's keys looks at every entry; beyond this many in one pause, drop everything once.
const maxScansPerPause = 20

/** Takes what a bus says without letting the bus say how much work that is. */
export interface Throttle extends ChangeTarget {
  stop(): void
}

/** Makes a throttle before a target. The last request to flush in a pause is carried out at its end. */
export function createThrottle(target: ChangeTarget, clock: Clock): Throttle {
  let lastFlush = Number.NEGATIVE_INFINITY
  let cancelPlanned: (() => void) | undefined
  let scans = { since: Number.NEGATIVE_INFINITY, count: 0 }

  const flushNow = (reason: string): void => {
    cancelPlanned = undefined
    lastFlush = clock.monotonic()
    target.flush(reason)
  }

  const flush = (reason: string): void => {
    const pauseLeft = pauseMs - (clock.monotonic() - lastFlush)
    if (pauseLeft <= 0) flushNow(reason)
    else cancelPlanned ??= clock.schedule(pauseLeft, () => flushNow(reason))
  }

  const mayScan = (): boolean => {
    const now = clock.monotonic()
    if (now - scans.since >= pauseMs) scans = { since: now, count: 0 }
    scans.count += 1
    return scans.count <= maxScansPerPause
  }

  return {
    flush,
    apply(announcements) {
      if (announcements.every(({ type }) => type === 'key') || mayScan()) target.apply(announcements)
      else flush('bus')
    },
    stop: () => cancelPlanned?.(),
  }
}
