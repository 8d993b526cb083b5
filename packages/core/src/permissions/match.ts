import { isGrant, manageKeys } from './grammar.ts'

/** A set of grants, ready to be asked. */
export interface GrantSet {
  /** Whether the grants cover this permission. */
  has(permission: string): boolean
  /** Whether the grants cover everything this grant covers. */
  covers(grant: string): boolean
}

/** The owner is not bounded: everything is allowed. Only for `owners: 'unbounded'`. */
export const unboundedGrants: GrantSet = { has: () => true, covers: () => true }

/** Builds a set. What is not an array of well-formed grants grants nothing. */
export function grantSet(grants: unknown): GrantSet {
  const held = new Set<string>(Array.isArray(grants) ? grants.filter(isGrant) : [])
  const covers = (wanted: string): boolean => {
    if (wanted === manageKeys || !isGrant(wanted)) return held.has(wanted) && isGrant(wanted)
    if (held.has(wanted) || held.has('*:*')) return true
    const colon = wanted.indexOf(':')
    return held.has(`${wanted.slice(0, colon)}:*`) || held.has(`*:${wanted.slice(colon + 1)}`)
  }
  return { has: covers, covers }
}
