import { grantSet } from '../../permissions/match.ts'
import { beyond, type Selection } from '../../restrictions/selection.ts'

/** What a key may do and what it reaches: every permission with every resource. */
export interface Reach {
  readonly permissions: readonly string[]
  readonly resources: Selection
}

/**
 * What a change hands out that was not there before; undefined for nothing. A permission comes with every resource of
 * the key, and a resource with every permission and with the resources of every other type: `write` added to a key of
 * the project p1 is `write` on p1, whatever else the actor that adds it may write to. Pure.
 */
export function handedOut(before: Reach, after: Reach): Reach | undefined {
  const held = grantSet(before.permissions)
  const permissions = after.permissions.filter((grant) => !held.covers(grant))
  const excess = Object.entries(beyond(after.resources, before.resources))
  const [first] = excess
  if (permissions.length === 0 && first === undefined) return undefined
  if (first === undefined) return { permissions, resources: after.resources }
  const [type, ids] = first
  // What is new in two ways at once is as much as the whole.
  if (permissions.length > 0 || excess.length > 1 || ids === 'all') return reachOf(after)
  return { permissions: after.permissions, resources: { ...after.resources, [type]: ids } }
}

/** All of it. */
export function reachOf({ permissions, resources }: Reach): Reach {
  return { permissions, resources }
}
