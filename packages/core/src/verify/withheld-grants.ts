import { type OwnerQuestion, ownerScope } from '../cache/scopes.ts'
import type { GrantSet } from '../permissions/match.ts'

/** What an owner holds; null when it is gone. */
export type HeldGrants = GrantSet | null

/** What was taken from owners and the store has not confirmed yet: this process withholds it already. */
export interface WithheldGrants {
  /** Judges an owner as a change would leave it. The returned function ends it. */
  suspend(owner: OwnerQuestion, change: (grants: HeldGrants) => HeldGrants): () => void
  /** What the owner holds as far as this process is concerned. */
  judged(owner: OwnerQuestion, grants: HeldGrants): HeldGrants
}

/** Makes a memory that withholds nothing yet. */
export function createWithheldGrants(): WithheldGrants {
  const suspended = new Map<string, Set<(grants: HeldGrants) => HeldGrants>>()
  return {
    suspend(owner, change) {
      const scope = ownerScope(owner)
      const changes = suspended.get(scope) ?? new Set()
      suspended.set(scope, changes.add(change))
      return () => {
        changes.delete(change)
        if (changes.size === 0 && suspended.get(scope) === changes) suspended.delete(scope)
      }
    },
    judged(owner, grants) {
      let judged = grants
      for (const change of suspended.get(ownerScope(owner)) ?? []) judged = change(judged)
      return judged
    },
  }
}

/** What both sets cover. */
export function bothCover(one: GrantSet, other: GrantSet): GrantSet {
  return {
    has: (permission) => one.has(permission) && other.has(permission),
    covers: (grant) => one.covers(grant) && other.covers(grant),
  }
}
