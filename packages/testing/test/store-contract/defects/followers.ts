import type { FollowerAnswer, FollowerClaim, FollowerState } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { nudge } from '../tools.ts'

/** Claims judged by another rule, over states kept for all handles. */
const judging = (
  judge: (stored: FollowerState | undefined, claim: FollowerClaim) => FollowerState & { readonly isHeld: boolean },
): NonNullable<Defect['breaks']> => {
  const states = new Map<string, FollowerState>()
  return () => ({
    async claimFollower(claim) {
      const { isHeld, ...state } = judge(states.get(claim.name), claim)
      states.set(claim.name, state)
      return { ...state, isHeld }
    },
  })
}

const asking =
  (mishear: (claim: FollowerClaim) => FollowerClaim) =>
  (store: FullStore): Partial<FullStore> => ({ claimFollower: (claim) => store.claimFollower(mishear(claim)) })

export const followers: readonly Defect[] = [
  {
    name: 'makes everyone the follower',
    breaks: judging((stored, { holder, until, position }) => ({
      holder,
      until,
      position: position ?? stored?.position ?? null,
      isHeld: true,
    })),
    fails: ['tells others who it is', 'and no sooner', 'of many who ask at once'],
  },
  {
    name: 'never lets go',
    breaks: (store) => {
      const first = new Map<string, string>()
      return {
        async claimFollower(claim): Promise<FollowerAnswer> {
          const holder = first.get(claim.name) ?? claim.holder
          first.set(claim.name, holder)
          const answer = await store.claimFollower({ ...claim, holder })
          return { ...answer, isHeld: holder === claim.holder && answer.isHeld }
        },
      }
    },
    fails: ['lets another take over', 'lets a follower give up'],
  },
  {
    name: 'stores the place of anyone',
    breaks: (store) => {
      const places = new Map<string, number>()
      return {
        async claimFollower(claim) {
          const answer = await store.claimFollower(claim)
          if (claim.position !== undefined) places.set(claim.name, claim.position)
          return { ...answer, position: places.get(claim.name) ?? answer.position }
        },
      }
    },
    fails: ['stores a place of the follower alone', 'lets another take over'],
  },
  {
    name: 'forgets the place',
    breaks: (store) => ({
      claimFollower: async (claim) => ({ ...(await store.claimFollower(claim)), position: null }),
    }),
    fails: ['stores how far it has come', 'with its place', 'keeps names apart'],
  },
  {
    name: 'does not tell upper from lower case',
    breaks: asking((claim) => ({ ...claim, name: claim.name.toLowerCase() })),
    fails: ['keeps names apart'],
  },
  {
    name: 'keeps followers in the handle, not in the store',
    breaks: () => {
      const own = new Map<string, FollowerState>()
      return {
        async claimFollower({ name, holder, at, until, position }) {
          const stored = own.get(name)
          if (stored !== undefined && stored.holder !== holder && stored.until > at) return { ...stored, isHeld: false }
          const state = { holder, until, position: position ?? stored?.position ?? null }
          own.set(name, state)
          return { ...state, isHeld: true }
        },
      }
    },
    fails: ['of many who ask at once', 'opened again', 'rejects a claim'],
  },
  {
    name: 'purges followers, and announces them',
    breaks: (store) => {
      let isPurged = false
      return {
        async purge(limits) {
          isPurged = true
          return store.purge(limits)
        },
        async claimFollower(claim) {
          await store.commit({ ...nudge, nonce: `claim-${Math.random()}` })
          const answer = await store.claimFollower(claim)
          return isPurged ? { ...answer, position: null } : answer
        },
      }
    },
    fails: ['is not purged'],
  },
]
