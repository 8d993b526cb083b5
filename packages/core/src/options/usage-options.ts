import { flag, integer, parseGroup } from '../input/parse-options.ts'

/** How uses of keys are counted. */
export interface UsageOptions {
  /** How long a count waits at most before it is stored, milliseconds: what a killed process loses. Default 5 000. */
  readonly flushMs?: number | undefined
  /**
   * How many counts (one per key, secret version and hour, about 200 bytes) may wait for the store, besides a batch of
   * at most 2 000 under way. Beyond it, uses of further keys are dropped. Default 50 000. With `callers`, as many callers
   * are remembered besides, about 400 bytes each.
   */
  readonly maxCells?: number | undefined
  /**
   * Whether to keep from which network and with which program each key was used: `keys.callers`. Default false. Networks
   * are IPv4 addresses without their last 16 bits, IPv6 addresses without their last 80. The store needs `addCallers` and
   * `callers`; `guarantees()` says whether they are kept.
   */
  readonly callers?: boolean | undefined
}

/** The same with every default in place. */
export interface ResolvedUsage {
  readonly flushMs: number
  readonly maxCells: number
  readonly callers: boolean
}

/** Checks and fills in. @throws {ConfigurationError} naming the option */
export function resolvedUsage(given: false | UsageOptions | undefined): false | ResolvedUsage {
  if (given === false) return false
  const usage = parseGroup<UsageOptions>('usage', given, ['flushMs', 'maxCells', 'callers'])
  return {
    flushMs: integer('usage.flushMs', usage.flushMs, 5_000, 100, 60_000),
    maxCells: integer('usage.maxCells', usage.maxCells, 50_000, 1, 10_000_000),
    callers: flag('usage.callers', usage.callers),
  }
}
