import { doorOf } from '../door.ts'
import { ConfigurationError } from '../errors/errors.ts'
import type { Keyring } from '../keyring.types.ts'
import type { LimitDefinition, LimitedKey } from './definition.ts'
import { type LimitState, readDefinitions, statesOf } from './states.ts'

/**
 * The present state of limits for one key, for pages that show it. Takes nothing. A limiter or a rule that fails is no
 * error: its state says so. `keys.diagnose` shows the same.
 *
 * @example
 * const perKey = { limiter, by: 'key', rule: { requests: 600, per: '1m' } } as const
 * const states = await limitStates(keyring, [perKey], await keys.get(key.id))
 * for (const { name, remaining } of states) console.log(`${name}: ${remaining} left`)
 *
 * @param limits at most 20, as `auth.limit` gets them
 * @param key from `keys.get` or `keys.list`, or a verified one
 * @throws {ConfigurationError} when `keyring` is not from `createKeyring`, or a limit has a wrong field
 */
export async function limitStates<Permission extends string>(
  keyring: Keyring<Permission>,
  limits: readonly LimitDefinition[],
  key: LimitedKey,
): Promise<readonly LimitState[]> {
  const door = doorOf(keyring)
  if (door === undefined) throw new ConfigurationError('keyring', 'Expected a keyring from createKeyring().')
  return statesOf(door.grammar.prefixes[0], door.clock, readDefinitions(limits), key)
}
