import { boundedStore } from '../bounds/bounded-store.ts'
import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { ResolvedOptions } from '../options/options.ts'
import { createFaults, type ReportFault } from '../reporting/faults.ts'
import { createHealthFacts, type HealthFacts } from '../reporting/health-facts.ts'
import type { Clock } from '../runtime/clock.ts'
import { type OwnContext, ownContext } from '../runtime/own-context.ts'

/** What verification and management share. */
export interface SharedParts {
  readonly options: ResolvedOptions
  readonly clock: Clock
  /** Called at once, for verification and what follows the store. */
  readonly store: BoundedStore
  /** The async context in which the keyring was made. */
  readonly own: OwnContext
  readonly facts: HealthFacts
  /** Reports failures that no caller waits for. */
  readonly report: ReportFault
}

/** Makes what both share. `mask` masks tokens in what is reported. */
export function createSharedParts(options: ResolvedOptions, mask: (text: string) => string): SharedParts {
  const { clock } = options
  const facts = createHealthFacts(clock)
  return {
    options,
    clock,
    store: boundedStore(options.store, clock, options.storeTimeoutMs),
    own: ownContext(),
    facts,
    report: facts.noting(createFaults(options.onError, mask, clock)),
  }
}
