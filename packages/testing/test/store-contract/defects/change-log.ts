import type { Head, LoggedChange } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import type { Defect, FullStore } from '../honest-store.ts'
import { nudge } from '../tools.ts'

/** Mishears the head it is asked about. */
const hearing = (store: FullStore, mishear: (since: Head, head: Head) => Head): Partial<FullStore> => ({
  poll: async (since) => store.poll(since === null ? null : mishear(since, (await store.poll(null)).head)),
})

/** Tells a log that was there, but not as it was. */
const telling = (
  store: FullStore,
  retell: (changes: readonly LoggedChange[]) => readonly LoggedChange[],
): Partial<FullStore> => ({
  poll: async (since) => {
    const told = await store.poll(since)
    return told.changes === 'gap' ? told : { ...told, changes: retell(told.changes) }
  },
})

/** Moves the head after a call that should leave it alone. */
const nudging =
  <Arguments extends unknown[], Result>(store: FullStore, call: (...values: Arguments) => Promise<Result>) =>
  async (...values: Arguments): Promise<Result> => {
    const result = await call(...values)
    await store.commit(nudge)
    return result
  }

export const changeLog: readonly Defect[] = [
  {
    name: 'tells a newcomer that nothing changed',
    breaks: (store) => ({
      poll: async (since) => (since === null ? { ...(await store.poll(null)), changes: [] } : store.poll(since)),
    }),
    fails: ['a caller without a head'],
  },
  {
    name: 'moves the head when it is asked for it',
    breaks: (store) => ({ poll: nudging(store, store.poll) }),
    fails: ['stands still', 'does not move for a refused', 'does not move for usage'],
  },
  {
    name: 'moves the epoch by two',
    breaks: (store) => ({
      commit: async (change) => {
        await store.commit(nudge)
        return store.commit(change)
      },
    }),
    fails: ['by one with each commit'],
  },
  {
    name: 'tells the newest change first',
    breaks: (store) => telling(store, (changes) => changes.toReversed()),
    fails: ['oldest first'],
  },
  {
    name: 'keeps one announcement per change',
    breaks: (store) =>
      telling(store, (changes) =>
        changes.map((one) => Object.assign(one, { announcements: one.announcements.slice(0, 1) })),
      ),
    fails: ['oldest first', 'another handle'],
  },
  {
    name: 'moves the head for a refused commit',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        if (!result.ok) await store.commit(nudge)
        return result
      },
    }),
    fails: ['for a refused commit'],
  },
  {
    name: 'moves the head for usage',
    breaks: (store) => ({ addUsage: nudging(store, store.addUsage) }),
    fails: ['for usage'],
  },
  {
    name: 'does not look at the store id',
    breaks: (store) => hearing(store, (since, { storeId }) => ({ ...since, storeId })),
    fails: ['head of another store'],
  },
  {
    name: 'calls a head ahead of it up to date',
    breaks: (store) => hearing(store, (since, head) => (since.epoch > head.epoch ? head : since)),
    fails: ['not reached yet'],
  },
  {
    name: 'forgets the nonce',
    breaks: (store) => {
      const nonces = new Map<number, string>()
      return {
        commit: async (change) => {
          const result = await store.commit(change)
          if (result.ok && result.head !== null) nonces.set(result.head.epoch, result.head.nonce)
          return result
        },
        ...hearing(store, (since) => ({ ...since, nonce: nonces.get(since.epoch) ?? since.nonce })),
      }
    },
    fails: ['foreign nonce'],
  },
  {
    name: 'tells nothing instead of a gap',
    breaks: (store) => ({
      poll: async (since) => {
        const told = await store.poll(since)
        return told.changes === 'gap' ? { ...told, changes: [] } : told
      },
    }),
    fails: ['no log reaches back', 'not reached yet', 'head of another store', 'foreign nonce'],
  },
  {
    name: 'gives every handle a log of its own',
    harness: () => ({ second: async () => memoryStore() }),
    fails: ['another handle'],
  },
]
