import type { Limit, Limiter, LimitResult } from '@claviger/core'
import { gate } from '../gate.ts'
import type { TestClock } from '../test-clock.ts'

/** A limiter for tests, in memory: windows begin with their first request. */
export interface CountingLimiter extends Limiter {
  giveBack(taken: LimitResult, points: number): void
}

/** Makes one. It has the methods of a limiter and nothing else. */
export function countingLimiter(clock: TestClock): CountingLimiter {
  const windows = new Map<string, { taken: number; readonly endsAt: number }>()
  const windowsOf = new WeakMap<LimitResult, { taken: number }>()
  const windowOf = (counter: string, { windowMs }: Limit): { taken: number; readonly endsAt: number } => {
    const known = windows.get(counter)
    if (known !== undefined && clock.monotonic() < known.endsAt) return known
    const begun = { taken: 0, endsAt: clock.monotonic() + (windowMs ?? 86_400_000) }
    windows.set(counter, begun)
    return begun
  }
  return {
    consume(counter, points, limit) {
      const window = windowOf(counter, limit)
      const isAllowed = window.taken + points <= limit.requests
      if (isAllowed) window.taken += points
      const remaining = limit.requests - window.taken
      const result = { isAllowed, remaining, resetMs: window.endsAt - clock.monotonic() }
      windowsOf.set(result, window)
      return result
    },
    giveBack(taken, points) {
      const window = windowsOf.get(taken)
      if (window !== undefined) window.taken -= points
    },
  }
}

/** The same, answering later, as over a network. */
export function laterLimiter(clock: TestClock): Limiter {
  const { consume, giveBack } = countingLimiter(clock)
  return {
    giveBack,
    async consume(...asked) {
      await new Promise((resolve) => void setImmediate(resolve))
      return consume(...asked)
    },
  }
}

/** Limiters that are broken, each in its own way. One of them never answers, until the clock moves on. */
export function brokenLimiters(): readonly { readonly limiter: Limiter; readonly hangs: boolean }[] {
  const answers: readonly unknown[] = [undefined, null, true, {}, { isAllowed: 'no', remaining: 0, resetMs: 1 }]
  const wrong = [...answers, { isAllowed: true, remaining: Number.NaN, resetMs: 1 }]
  const failing: readonly (() => unknown)[] = [
    ...wrong.map((answer) => () => answer),
    ...wrong.map((answer) => async () => answer),
    () => {
      throw new Error('the limiter is broken')
    },
    () => Promise.reject(new Error('the limiter is away')),
  ]
  const never = gate()
  const of = (consume: () => unknown) => ({ consume }) as Limiter
  return [
    ...failing.map((consume) => ({ limiter: of(consume), hangs: false })),
    { limiter: of(() => never.wait()), hangs: true },
  ]
}
