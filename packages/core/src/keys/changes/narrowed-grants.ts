import { grantSet } from '../../permissions/match.ts'

/** What is left of held grants when only wanted ones stay: what both cover, sorted, without duplicates. */
export function narrowedGrants(held: readonly string[], wanted: readonly string[]): readonly string[] {
  const [byHeld, byWanted] = [grantSet(held), grantSet(wanted)]
  if (held.every((grant) => byWanted.covers(grant))) return held
  const kept = [...wanted.filter((grant) => byHeld.covers(grant)), ...held.filter((grant) => byWanted.covers(grant))]
  return [...new Set(kept)].sort()
}
