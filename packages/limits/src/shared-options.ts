import { type Clock, ConfigurationError, systemClock } from '@claviger/core'
import { parseOptions } from '@claviger/core/store'
import { integer } from './integer.ts'

/** Tells what happens to the store behind a limiter. */
export type LimiterEvent =
  /** The store fails, or does not answer in time: limits are decided in memory until it is back. */
  { readonly type: 'limiter.away'; readonly error: unknown } | { readonly type: 'limiter.back' }

/** Options of limiters on a store that several processes share. */
export interface SharedLimiterOptions {
  /** Stands before every counter in the store. Products that share a store need different ones. Default `claviger-limits`. */
  readonly prefix?: string | undefined
  /**
   * What part of what is left of a limit a process may take at once for the requests to come, 0 to 0.5. More means fewer
   * round trips for a busy key; less means that processes reach the limit together more exactly. 0: every decision asks
   * the store. Accepted is never more than the limit. Default 0.05.
   */
  readonly ahead?: number | undefined
  /** How long one question to the store may take before the answer is given from memory. Default 250. */
  readonly timeoutMs?: number | undefined
  /** How long after a failure the store is asked again. Default 1 000. */
  readonly retryMs?: number | undefined
  /**
   * How many processes there are: while the store is away, each allows its part of a limit. Default 1: each allows all of
   * what was left.
   */
  readonly processes?: number | undefined
  /** How many counters this process remembers, about 300 bytes each. Default 100 000. */
  readonly maxCounters?: number | undefined
  readonly onEvent?: ((event: LimiterEvent) => void) | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

/** The same after defaults and checks. */
export interface SharedSettings {
  readonly prefix: string
  readonly ahead: number
  readonly timeoutMs: number
  readonly retryMs: number
  readonly processes: number
  readonly maxCounters: number
  readonly onEvent: ((event: LimiterEvent) => void) | undefined
  readonly clock: Clock
}

const sharedOptionNames = [
  'prefix',
  'ahead',
  'timeoutMs',
  'retryMs',
  'processes',
  'maxCounters',
  'onEvent',
  'clock',
] as const

/**
 * Checks options.
 *
 * @param call whose they are
 * @throws {ConfigurationError} naming the option at fault
 */
export function readSharedOptions(
  call: string,
  options: unknown,
  more: readonly string[] = [],
): SharedSettings & Record<string, unknown> {
  const given = parseOptions<SharedLimiterOptions & Record<string, unknown>>(call, options, [
    ...sharedOptionNames,
    ...more,
  ])
  const { prefix = 'claviger-limits', ahead = 0.05, onEvent, clock = systemClock } = given
  if (typeof prefix !== 'string' || !/^[\w:{}.-]{1,64}$/.test(prefix)) {
    throw new ConfigurationError(
      'prefix',
      'Expected prefix to be 1 to 64 letters, digits, "_", "-", ":", "." or braces.',
    )
  }
  if (typeof ahead !== 'number' || !(ahead >= 0 && ahead <= 0.5)) {
    throw new ConfigurationError(
      'ahead',
      `Expected ahead to be a number from 0 to 0.5, got ${typeof ahead === 'number' ? ahead : typeof ahead}.`,
    )
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw new ConfigurationError('onEvent', `Expected onEvent to be a function, got ${typeof onEvent}.`)
  }
  return {
    ...given,
    prefix,
    ahead,
    onEvent,
    clock,
    timeoutMs: integer('timeoutMs', given.timeoutMs, 250, 1, 10_000),
    retryMs: integer('retryMs', given.retryMs, 1_000, 10, 60_000),
    processes: integer('processes', given.processes, 1, 1, 10_000),
    maxCounters: integer('maxCounters', given.maxCounters, 100_000, 1, 10_000_000),
  }
}
