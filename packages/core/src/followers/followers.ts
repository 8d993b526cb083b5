import { randomBytes } from 'node:crypto'
import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { ClosedError, NotSupportedError } from '../errors/errors.ts'
import type { ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Follower, FollowHandler, FollowOptions } from './follow.types.ts'
import { resolvedFollow } from './follow-options.ts'
import { startFollower } from './follower.ts'

/** The followers that this process has started. */
export interface Followers {
  readonly follow: (name: string, handler: FollowHandler, options?: FollowOptions) => Follower
  /** Ends all of them. Resolves when each has stored its place. */
  close(): Promise<void>
}

/** What they are made of. */
export interface FollowersParts {
  readonly store: Pick<BoundedStore, 'activityAfter' | 'claimFollower'>
  readonly ready: () => Promise<void>
  readonly clock: Clock
  readonly random: () => number
  readonly report: ReportFault
}

/** Makes the followers of a keyring. */
export function createFollowers({ store, ...parts }: FollowersParts): Followers {
  const running = new Set<Follower>()
  let isClosed = false

  return {
    follow(name, handler, given) {
      const options = resolvedFollow(name, handler, given)
      if (isClosed) throw new ClosedError()
      const { activityAfter, claimFollower } = store
      if (activityAfter === undefined || claimFollower === undefined) {
        throw new NotSupportedError(activityAfter === undefined ? 'activityAfter' : 'claimFollower')
      }
      const holder = randomBytes(12).toString('base64url')
      const follower = startFollower({
        ...parts,
        store: { activityAfter, claimFollower },
        options,
        holder,
        onClosed: () => running.delete(follower),
      })
      running.add(follower)
      return follower
    },
    async close() {
      isClosed = true
      await Promise.all([...running].map((follower) => follower.close()))
    },
  }
}
