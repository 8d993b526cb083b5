import {
  type FollowerAnswer,
  type FollowerClaim,
  type FollowerState,
  judgeClaim,
  parseClaim,
} from '@claviger/core/store'

/** Judges a claim and stores what comes of it, in one go. */
export function claimFollower(followers: Map<string, FollowerState>, claim: FollowerClaim): FollowerAnswer {
  const checked = parseClaim(claim)
  const { stored, answer } = judgeClaim(followers.get(checked.name) ?? null, checked)
  if (stored !== null) followers.set(checked.name, stored)
  return answer
}
