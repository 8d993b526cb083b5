import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Cargo } from '../delivery/courier.ts'
import type { CallerNotes } from './caller-notes.ts'

// What `addCallers` of a store is promised.
const mostEntries = 1_000
/** How long a caller that was stored is not sent again, though it comes again. */
const quietMs = 60_000

/** What is noted of callers, for the store. A caller that was lost on the way is sent again: stores keep the latest use. */
export function callerCargo(store: Pick<BoundedStore, 'lasting'>, notes: CallerNotes, clock: Clock): Cargo {
  return {
    get isEmpty() {
      return notes.waiting === 0
    },

    async send(limitMs, all) {
      const storedBefore = all ? Number.POSITIVE_INFINITY : clock.monotonic() - quietMs
      // What is noted meanwhile must not keep it going.
      for (let left = notes.waiting; left > 0; left -= mostEntries) {
        const taken = notes.take(mostEntries, storedBefore)
        if (taken.entries.length === 0) return
        try {
          await store.lasting(limitMs()).addCallers?.(taken.entries)
          taken.stored(clock.monotonic())
        } catch (error) {
          taken.failed()
          throw error
        }
      }
    },
  }
}
