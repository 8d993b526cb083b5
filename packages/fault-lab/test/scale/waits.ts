import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { KeyStore } from '@claviger/core/store'
import { testKeyId } from '@claviger/testing'
import { percentile } from '../measure.ts'
import { delay } from '../worker.ts'

/** What others waited for while something else went on, milliseconds. */
export interface Waits {
  /** Reads of one key, as a verification that is not in memory makes them. */
  readonly finds: readonly number[]
  /** The longest turn of the event loop. */
  readonly longestTurn: number
  readonly failures: number
}

/** Reads keys one after the other while `work` runs. */
export async function waitsDuring(store: KeyStore, keys: number, work: () => Promise<unknown>): Promise<Waits> {
  const finds: number[] = []
  const state = { running: true, failures: 0 }
  const turns = monitorEventLoopDelay({ resolution: 1 })
  turns.enable()
  const reading = (async () => {
    for (let n = 0; state.running; n += 1) {
      const startedAt = performance.now()
      try {
        await store.find([testKeyId((n * 7_919) % keys)])
      } catch {
        state.failures += 1
      }
      finds.push(performance.now() - startedAt)
      await delay(2)
    }
  })()
  try {
    await work()
  } finally {
    state.running = false
    await reading
    turns.disable()
  }
  return { finds, longestTurn: turns.max / 1e6, failures: state.failures }
}

/** `find p50 1.0 ms, p99 4.1 ms, max 9.3 ms (n = 1200), longest turn 12 ms, 0 failed` */
export function shown({ finds, longestTurn, failures }: Waits): string {
  const at = (percent: number): string => percentile(finds, percent).toFixed(1)
  return (
    `find p50 ${at(50)} ms, p99 ${at(99)} ms, max ${at(100)} ms (n = ${finds.length}), ` +
    `longest turn ${longestTurn.toFixed(0)} ms, ${failures} failed`
  )
}
