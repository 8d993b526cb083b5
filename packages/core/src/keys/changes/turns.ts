import { BusyError } from '../../errors/errors.ts'
import type { Clock } from '../../runtime/clock.ts'

/**
 * Makes callers of one name wait for each other, in the order they came. Where each would otherwise compare and set the
 * same record, taking turns spares them the losing.
 *
 * @throws {BusyError} when a turn does not come in time: the work is not begun then
 */
export type Turns = <T>(name: string, work: () => Promise<T>) => Promise<T>

/** Makes turns of which none waits longer than `maxWaitMs`. */
export function createTurns(clock: Clock, maxWaitMs: number): Turns {
  const last = new Map<string, Promise<unknown>>()
  return (name, work) => {
    const before = last.get(name)
    const turn = (before ?? Promise.resolve()).then(beginIn(clock, maxWaitMs, work))
    // The next call waits for the end of this one, also if it fails.
    const end = turn.catch(() => {})
    last.set(name, end)
    void end.then(() => {
      if (last.get(name) === end) last.delete(name)
    })
    return turn
  }
}

function beginIn<T>(clock: Clock, maxWaitMs: number, work: () => Promise<T>): () => Promise<T> {
  const latest = clock.monotonic() + maxWaitMs
  return async () => {
    if (clock.monotonic() <= latest) return work()
    throw new BusyError('Too many keys of one service account are being made or moved already. Try again.')
  }
}
