import { ConfigurationError } from '../errors/errors.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'

/** Checks a clock. Default: those of the machine. @throws {ConfigurationError} */
export function parseClock(clock: Clock | undefined): Clock {
  if (clock === undefined) return systemClock
  const lacks = (['now', 'monotonic', 'schedule'] as const).filter((name) => typeof clock?.[name] !== 'function')
  if (lacks.length === 0) return clock
  throw new ConfigurationError('clock', `Expected a Clock, as testClock() makes one; it lacks ${lacks.join(', ')}.`)
}
