import type { Owner } from '@claviger/core'
import fc from 'fast-check'
import { addressLists, type Resources, selections } from './limits.ts'
import { day, hour, type Model } from './model.ts'
import { latest } from './timeline.ts'

/** Left out, but for one time in so many. */
export function sometimes<T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

/** Which key or token, counted from the first; beyond the last, from the first again. */
export const pick: fc.Arbitrary<number> = fc.nat(400)

/** Grants that may be given, and a few that no one may. */
export const grants: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(['prompts:read'], ['prompts:*'], ['prompts:write', 'context:download']) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(['keys:manage', 'prompts:read'], ['keys:manage', '*:*'], ['*:*'], ['*:read'], []),
  },
  { weight: 1, arbitrary: fc.constantFrom(['keys:*'], ['prompts:delete']) },
)

/** An end, from now: null is never, 0 is no future. */
export const end: fc.Arbitrary<number | null> = fc.constantFrom(
  hour,
  day,
  10 * day,
  25 * day,
  30 * day,
  40 * day,
  null,
  1,
  0,
)

export const addresses: fc.Arbitrary<readonly string[]> = fc.constantFrom(...addressLists)

/** Selections of resources, and now and then a slip: none of a type. */
export const resources: fc.Arbitrary<Resources> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...selections) },
  { weight: 1, arbitrary: fc.constant({ project: [] }) },
)

export const name: fc.Arbitrary<string> = fc.constantFrom('Alpha', 'alphabet', 'Beta')

export const environment: fc.Arbitrary<string> = fc.constantFrom('production', 'production', 'ci')

/** Whom a step names as owner. */
export type Whom = 'ada' | 'bob' | 'robot' | 'nobody' | { readonly account: number }

export const whom: fc.Arbitrary<Whom> = fc.oneof(
  fc.constantFrom<Whom[]>('ada', 'bob', 'robot', 'nobody'),
  fc.record({ account: fc.nat(5) }),
)

export function ownerOf({ accounts }: Model, named: Whom): Owner {
  if (typeof named === 'object') {
    const timeline = accounts[named.account % Math.max(1, accounts.length)]
    return { type: 'service', id: timeline === undefined ? 'nobody' : latest(timeline).id }
  }
  return { type: named === 'robot' || named === 'nobody' ? 'service' : 'user', id: named }
}
