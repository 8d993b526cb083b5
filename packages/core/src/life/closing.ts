import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { Followers } from '../followers/followers.ts'
import type { Freshness } from '../following/freshness.ts'
import type { Clock } from '../runtime/clock.ts'
import { soon } from '../runtime/timers.ts'
import { within } from '../runtime/within.ts'
import type { Recorder } from '../usage/recorder.ts'

/** What ends with a keyring. */
export interface ClosingParts {
  /** Ends at once whatever begins something new. */
  readonly stop: () => void
  readonly freshness: Pick<Freshness, 'stop'>
  readonly recorder: Pick<Recorder, 'close'> | undefined
  readonly followers: Pick<Followers, 'close'>
  readonly store: Pick<BoundedStore, 'lasting'>
  readonly clock: Clock
}

const timeoutMs = 5_000
const turns = 5

/** Makes the end of a keyring: once, however often it is called. */
export function createClosing({
  stop,
  freshness,
  recorder,
  followers,
  store,
  clock,
}: ClosingParts): () => Promise<void> {
  let closing: Promise<void> | undefined

  const close = async (): Promise<void> => {
    stop()
    // Nothing is accepted from memory any more; what was accepted before may still be counted.
    const stopping = freshness.stop()
    const stopped = within(clock, timeoutMs, 'store', () => stopping)
    stopped.catch(() => {})
    // They store how far they have come. One that does not end leaves its turn to run out.
    const followed = within(clock, timeoutMs, 'store', () => followers.close())
    followed.catch(() => {})
    // A closed server emits its event before the responses that were cut emit theirs.
    for (let turn = 0; turn < turns; turn += 1) await new Promise<void>(soon)
    try {
      await recorder?.close(timeoutMs)
      await stopped
      await followed.catch(() => {})
    } finally {
      await store.lasting(timeoutMs).close()
    }
  }

  return () => {
    closing ??= close()
    return closing
  }
}
