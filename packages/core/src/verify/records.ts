import type { BoundedStore, FoundKeys } from '../bounds/bounded-store.types.ts'
import type { Fence } from '../cache/fence.ts'
import { createFlights } from '../cache/flights.ts'
import { keyScope } from '../cache/scopes.ts'
import { BusyError } from '../errors/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import { soon } from '../runtime/timers.ts'
import type { KeyRecord } from '../store/records.ts'

/** What the store answered for an id, and when. */
export interface RecordRead {
  readonly id: string
  /** Null: nothing is stored. */
  readonly record: KeyRecord | 'corrupt' | null
  /** When the read began, epoch milliseconds. */
  readonly readAt: number
  /** The fence's stamp from before the read. */
  readonly stamp: number
}

/** Reads key records from the store: concurrent reads of one id are one, the reads of one tick are one batch. */
export interface Records {
  /**
   * Bounded in time by its batch.
   *
   * @throws {UnavailableError} @throws {BusyError}
   */
  read(id: string): Promise<RecordRead>
}

// A store that stalls under a flood of unknown ids must not gather callers without end.
const maxWaiting = 12_500
const maxBatch = 500

/**
 * Makes a reader. Each batch has its own time limit, which starts when it is sent, at the end of the tick that gathered
 * it.
 */
export function createRecords(store: Pick<BoundedStore, 'find'>, fence: Fence, clock: Clock, own: OwnContext): Records {
  const flights = createFlights<RecordRead>()
  let batch: { readonly ids: string[]; readonly answer: Promise<FoundKeys> } | undefined

  const gather = (): { readonly ids: string[]; readonly answer: Promise<FoundKeys> } => {
    const ids: string[] = []
    const answer = new Promise<void>(soon).then(() => {
      if (batch?.ids === ids) batch = undefined
      return store.find(ids)
    })
    return { ids, answer }
  }

  const start = (id: string, readAt: number, stamp: number): Promise<RecordRead> => {
    if (batch === undefined || batch.ids.length >= maxBatch) batch = own(gather)
    batch.ids.push(id)
    return batch.answer.then((found) => ({ id, record: found.get(id), readAt, stamp }))
  }

  return {
    async read(id) {
      const stamp = fence.stamp(keyScope(id))
      if (flights.size >= maxWaiting) {
        throw new BusyError('Too many keys are being looked up already. The store is slow or under a flood; try again.')
      }
      return flights.join(id, stamp, () => start(id, clock.now(), stamp))
    },
  }
}
