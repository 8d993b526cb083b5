import { ConfigurationError } from '../errors.ts'
import { isPlain } from '../plain-fields.ts'
import { kindOf, said } from '../said.ts'
import { checkedRequirement, type Declared } from './requirement.ts'
import type { Carrier, Requirement } from './verdict.ts'

/** What `verify` was told besides the token, checked. */
export interface CheckedContext {
  readonly carrier: Carrier
  readonly requirement: Requirement
}

const carriers: readonly Carrier[] = ['bearer', 'header', 'direct']
const nothing: Requirement = Object.freeze(Object.create(null))

/** Checks a context. Left out means that nothing is asked. @throws {ConfigurationError} naming what is wrong */
export function checkedContext(context: unknown, declared: Declared): CheckedContext {
  if (context === undefined) return { carrier: 'direct', requirement: nothing }
  if (!isPlain(context)) {
    throw new ConfigurationError('context', `verify expects its context as a plain object, got ${kindOf(context)}.`)
  }
  if (!Object.hasOwn(context, 'carrier')) {
    return { carrier: 'direct', requirement: checkedRequirement('verify', context, declared) }
  }
  const { carrier: given, ...wanted } = context
  const carrier = carriers.find((known) => known === given)
  if (carrier === undefined) {
    throw new ConfigurationError('carrier', `Expected carrier to be one of ${carriers.join(', ')}, got ${said(given)}.`)
  }
  return { carrier, requirement: checkedRequirement('verify', wanted, declared) }
}
