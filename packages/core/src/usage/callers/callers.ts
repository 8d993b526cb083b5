import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { type Courier, type CourierParts, createCourier } from '../delivery/courier.ts'
import type { Subject } from '../../verification/subject.ts'
import { callerCargo } from './caller-cargo.ts'
import { createCallerNotes } from './caller-notes.ts'
import { createCallerReader } from './caller-reader.ts'

/** Keeps who uses keys, and brings it to the store off the request path. */
export interface Callers extends Pick<Courier, 'flush' | 'close'> {
  /** Notes one use. Does no I/O, never throws. */
  note(subject: Subject, address: unknown, userAgent: unknown): void
}

/** What keeping callers is made of. */
export interface CallersParts extends CourierParts {
  /** One that has `addCallers`. */
  readonly store: Pick<BoundedStore, 'lasting' | 'timeoutMs'>
  /** How many callers are remembered. */
  readonly maxCells: number
  readonly holdsToken: (text: string) => boolean
}

/** Starts without any. */
export function createCallers(parts: CallersParts): Callers {
  const { store, maxCells, clock, holdsToken } = parts
  const notes = createCallerNotes(maxCells)
  const reader = createCallerReader(holdsToken)
  const { plan, flush, close } = createCourier(callerCargo(store, notes, clock), parts)

  return {
    note(subject, address, userAgent) {
      if (notes.note(subject, reader.network(address), reader.agent(userAgent), clock.now())) plan()
    },
    flush,
    close,
  }
}
