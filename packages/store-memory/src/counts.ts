import { addCounts, noCounts, type UsageCounts, type UsageEntry } from '@claviger/core/store'
import type { Order } from './order.ts'

/** Counts, and when the last of them came. */
export type Counted = UsageCounts & { readonly lastUsedAt: number }

/** The counts of one key on one UTC day. */
export interface KeyDay {
  readonly sum: Counted
  /** By version and hour. */
  readonly hours: Map<string, UsageEntry>
}

/** The counts of a workspace, with the sums and orders that are read instead of all of them. */
export interface WorkspaceCounts {
  /** Of each key by UTC day. */
  readonly keys: Map<string, Map<number, KeyDay>>
  /** Of all keys by hour. */
  readonly hours: Map<number, UsageEntry>
  /** The keys of each UTC day, the busiest first. */
  readonly days: Map<number, Order>
  /** The keys by their last hour, the latest first. */
  readonly lastHours: Order
  readonly lastHourOf: Map<string, number>
}

/** Adds up two counts. */
export function sum(sofar: Counted | undefined, more: Counted): Counted {
  return {
    ...addCounts(sofar ?? noCounts, more),
    lastUsedAt: Math.max(sofar?.lastUsedAt ?? more.lastUsedAt, more.lastUsedAt),
  }
}
