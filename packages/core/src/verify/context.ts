import { ConfigurationError } from '../errors/errors.ts'
import { bare, isPlain } from '../input/plain-fields.ts'
import { kindOf, said } from '../input/said.ts'
import type { Carrier, Requirement } from '../verification/verification.ts'
import { type Declared, parseRequirement } from './requirement.ts'

/** What `verify` was told besides the token, checked. */
export interface CheckedContext {
  readonly carrier: Carrier
  readonly requirement: Requirement
}

const carriers: readonly Carrier[] = ['bearer', 'header', 'direct']
const nothing: Requirement = Object.freeze(Object.create(null))

/** Checks a context. Left out means that nothing is asked. @throws {ConfigurationError} naming what is wrong */
export function parseContext(context: unknown, declared: Declared): CheckedContext {
  if (context === undefined) return { carrier: 'direct', requirement: nothing }
  const { field: given, wanted } = taken('verify', context, 'carrier')
  const carrier = given === undefined ? 'direct' : carriers.find((known) => known === given)
  if (carrier === undefined) {
    throw new ConfigurationError('carrier', `Expected carrier to be one of ${carriers.join(', ')}, got ${said(given)}.`)
  }
  return { carrier, requirement: parseRequirement('verify', wanted, declared) }
}

/** Checks what `watch` was told besides the key. @throws {ConfigurationError} naming what is wrong */
export function parseWatch(
  options: unknown,
  declared: Declared,
): { readonly signal: unknown; readonly requirement: Requirement } {
  if (options === undefined) return { signal: undefined, requirement: nothing }
  const { field: signal, wanted } = taken('watch', options, 'signal')
  return { signal, requirement: parseRequirement('watch', wanted, declared) }
}

/** Takes one field of its own out of what else is a requirement. */
function taken(call: string, context: unknown, name: string): { readonly field: unknown; readonly wanted: unknown } {
  if (!isPlain(context)) {
    throw new ConfigurationError('context', `${call} expects its context as a plain object, got ${kindOf(context)}.`)
  }
  const { [name]: field, ...wanted } = bare(context)
  return { field, wanted }
}
