import type { Clock } from './clock.ts'

/** Pauses of work in the background, which all end at once when the work must end. */
export interface Pauses {
  /** Resolves after a delay, or when `end` is called; at once after that. */
  pause(delayMs: number): Promise<void>
  end(): void
}

/** Makes pauses by a clock. */
export function createPauses(clock: Clock): Pauses {
  const wakers = new Set<() => void>()
  let isOver = false
  return {
    pause: (delayMs) =>
      new Promise((resolve) => {
        if (isOver) {
          resolve()
          return
        }
        const wake = (): void => {
          wakers.delete(wake)
          cancel()
          resolve()
        }
        const cancel = clock.schedule(delayMs, wake)
        wakers.add(wake)
      }),
    end() {
      isOver = true
      for (const wake of wakers) wake()
    },
  }
}
