import type { Clock } from '../runtime/clock.ts'

/** How much time background work may take: a share of the time that passes, and a little saved up. */
export interface Allowance {
  /** Whether work may begin. */
  readonly isLeft: boolean
  /** Tells how long the work took, milliseconds. It may take more than was left; the next work waits longer then. */
  spend(ms: number): void
}

/** Makes a full allowance. `share` is what is earned for each millisecond that passes, `mostMs` what can be saved up. */
export function createAllowance(share: number, mostMs: number, clock: Clock): Allowance {
  let leftMs = mostMs
  let countedAt = clock.monotonic()

  const earn = (): void => {
    const now = clock.monotonic()
    leftMs = Math.min(mostMs, leftMs + share * (now - countedAt))
    countedAt = now
  }

  return {
    get isLeft() {
      earn()
      return leftMs > 0
    },
    spend(ms) {
      earn()
      leftMs -= ms
    },
  }
}
