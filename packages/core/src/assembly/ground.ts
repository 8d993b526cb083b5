import { boundedStore } from '../bounds/bounded-store.ts'
import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { ResolvedOptions } from '../options/options.ts'
import { createFaults, type ReportFault } from '../reporting/faults.ts'
import { createVitals, type Vitals } from '../reporting/vitals.ts'
import type { Clock } from '../runtime/clock.ts'
import { type OwnContext, ownContext } from '../runtime/own-context.ts'

/** What verification and management both stand on. */
export interface Ground {
  readonly options: ResolvedOptions
  readonly clock: Clock
  /** Called at once, for verification and what follows the store. */
  readonly store: BoundedStore
  /** The async context in which the keyring was made. */
  readonly own: OwnContext
  readonly vitals: Vitals
  /** Reports failures that no caller waits for. */
  readonly report: ReportFault
}

/** Lays the ground. `mask` blots tokens out of what is reported. */
export function layGround(options: ResolvedOptions, mask: (text: string) => string): Ground {
  const { clock } = options
  const vitals = createVitals(clock)
  return {
    options,
    clock,
    store: boundedStore(options.store, clock, options.storeTimeoutMs),
    own: ownContext(),
    vitals,
    report: vitals.noting(createFaults(options.onError, mask, clock)),
  }
}
