import { type TestClock } from '@claviger/testing'
import type { Backend } from '../src/backend.types.ts'

/** A store of counters that several processes share, in memory, which can fail and hang. */
export interface ScriptedBackend extends Backend {
  /** How the next questions end. */
  mode: 'answers' | 'fails' | 'hangs'
  /** How often it was asked to add. */
  readonly asked: number
  /** What is counted now. */
  sumOf(counter: string): number
  /** Loses everything. */
  flush(): void
}

/** Makes one. Windows begin with the first addition, on this clock. */
export function scriptedBackend(clock: TestClock): ScriptedBackend {
  const windows = new Map<string, { sum: number; readonly endsAt: number }>()
  const running = (counter: string): { sum: number; readonly endsAt: number } | undefined => {
    const window = windows.get(counter)
    return window !== undefined && clock.monotonic() < window.endsAt ? window : undefined
  }
  const backend = {
    mode: 'answers' as ScriptedBackend['mode'],
    asked: 0,
    async add(counter: string, points: number, windowMs: number) {
      backend.asked += 1
      await backend.turn()
      const window = running(counter) ?? { sum: 0, endsAt: clock.monotonic() + windowMs }
      windows.set(counter, window)
      window.sum += points
      return { sum: window.sum, leftMs: window.endsAt - clock.monotonic() }
    },
    async read(counter: string) {
      await backend.turn()
      const window = running(counter)
      return window === undefined ? undefined : { sum: window.sum, leftMs: window.endsAt - clock.monotonic() }
    },
    async turn() {
      if (backend.mode === 'hangs') await new Promise(() => {})
      if (backend.mode === 'fails') throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
      await new Promise((resolve) => void setImmediate(resolve))
    },
    sumOf: (counter: string) => running(counter)?.sum ?? 0,
    flush: () => windows.clear(),
  }
  return backend
}
