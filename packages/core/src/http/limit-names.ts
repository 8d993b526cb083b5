import type { Door } from '../door.types.ts'
import { ConfigurationError } from '../errors/errors.ts'
import type { Limiter } from '../limits/limiter.types.ts'

const taken = new WeakMap<Limiter, WeakMap<object, Map<string, unknown>>>()

/**
 * Takes a name for a limit, so that no two limits of a keyring share a counter. The very same options are the same limit.
 *
 * @param options what the host gave
 * @throws {ConfigurationError} when another limit of this limiter has it
 */
export function takeName({ requests }: Pick<Door, 'requests'>, limiter: Limiter, name: string, options: unknown): void {
  const ofLimiter = taken.get(limiter) ?? new WeakMap<object, Map<string, unknown>>()
  const names = ofLimiter.get(requests) ?? new Map<string, unknown>()
  taken.set(limiter, ofLimiter.set(requests, names))
  if (names.has(name) && names.get(name) !== options) {
    throw new ConfigurationError(
      'name',
      `This limiter counts another limit named "${name}". Give this one a name of its own, such as { name: '${name}-writes' }; ` +
        'for one limit on several routes, make it once and mount it on each, or give the same object again.',
    )
  }
  names.set(name, options)
}
