import { ConfigurationError } from '../errors/errors.ts'
import { parseUse, type WatchedAddress } from '../verify/use.ts'
import { bare, isPlain } from '../input/plain-fields.ts'
import { kindOf } from '../input/describe-value.ts'
import type { Requirement } from '../verification/verification.ts'
import { type Declared, parseRequirement } from '../verify/requirement.ts'

const nothing: Requirement = Object.freeze(Object.create(null))

/** Checks the options of `watch`. @throws {ConfigurationError} naming what is wrong */
export function parseWatch(
  options: unknown,
  declared: Declared,
): { readonly signal: unknown; readonly address: WatchedAddress; readonly requirement: Requirement } {
  if (options === undefined) return { signal: undefined, address: undefined, requirement: nothing }
  if (!isPlain(options)) {
    throw new ConfigurationError('options', `watch expects its options as a plain object, got ${kindOf(options)}.`)
  }
  const { signal, ...wanted } = bare(options)
  const { address, requirement } = parseUse('watch', wanted)
  return {
    signal,
    address: 'address' in wanted ? { address } : undefined,
    requirement: parseRequirement('watch', requirement, declared),
  }
}
