import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { Clock } from '../runtime/clock.ts'
import type { FollowerAnswer } from '../store/follower.ts'

/** The turn of a follower: the time in which it is the one of its name. */
export interface Turn {
  /** Takes the turn, or keeps it; stores how far the follower has come. */
  take(position?: number): Promise<FollowerAnswer>
  /** Keeps it when a third of its time has passed. False: it is another's. */
  keep(position: number): Promise<boolean>
  /** Whether, by the clock of this process, it still runs. */
  isRunning(): boolean
  /** Keeps it while something else is done; `lost` is called when another one has it. */
  during(lost: () => void, work: () => Promise<void>): Promise<void>
  /** Gives it up. */
  end(position: number | null): Promise<void>
}

/** What a turn is made of. */
export interface TurnParts {
  readonly claim: NonNullable<BoundedStore['claimFollower']>
  readonly name: string
  readonly holder: string
  readonly leaseMs: number
  readonly clock: Clock
}

/** Makes the turns of one follower. It has none until it takes one. */
export function createTurn({ claim, name, holder, leaseMs, clock }: TurnParts): Turn {
  let until = Number.NEGATIVE_INFINITY
  let keptAt = Number.NEGATIVE_INFINITY

  const take = async (position?: number): Promise<FollowerAnswer> => {
    // From before it was asked for: here it never lasts longer than in the store.
    const [at, sentAt] = [clock.now(), clock.monotonic()]
    const answer = await claim({ name, holder, at, until: at + leaseMs, ...(position !== undefined && { position }) })
    until = answer.isHeld ? sentAt + leaseMs : Number.NEGATIVE_INFINITY
    keptAt = sentAt
    return answer
  }
  const isRunning = (): boolean => clock.monotonic() < until

  return {
    take,
    isRunning,
    async keep(position) {
      if (isRunning() && clock.monotonic() - keptAt < leaseMs / 3) return true
      return (await take(position)).isHeld
    },
    async during(lost, work) {
      let cancel = (): void => {}
      let isDone = false
      const beat = (): void => {
        if (isDone) return
        cancel = clock.schedule(leaseMs / 3, () => {
          take().then(
            ({ isHeld }) => (isHeld ? beat() : lost()),
            // Others may not have noticed either: as long as it runs, it is tried again.
            () => (isRunning() ? beat() : lost()),
          )
        })
      }
      beat()
      try {
        await work()
      } finally {
        isDone = true
        cancel()
      }
    },
    async end(position) {
      if (!isRunning()) return
      until = Number.NEGATIVE_INFINITY
      await claim({ name, holder, at: clock.now(), until: 0, ...(position !== null && { position }) })
    },
  }
}
