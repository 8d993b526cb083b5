import type { BusiestKeys, BusiestQuery } from '@claviger/core/store'
import { dayMs } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'

const asking =
  (mishear: (query: BusiestQuery) => BusiestQuery) =>
  (store: FullStore): Partial<FullStore> => ({ busiest: (query) => store.busiest(mishear(query)) })

const answering =
  (patch: (answer: BusiestKeys) => Partial<BusiestKeys>) =>
  (store: FullStore): Partial<FullStore> => ({
    busiest: async (query) => {
      const answer = await store.busiest(query)
      return { ...answer, ...patch(answer) }
    },
  })

export const busiest: readonly Defect[] = [
  {
    name: 'lists ties in any order',
    breaks: answering(({ keys }) => ({
      keys: keys.toSorted((a, b) => b.requests - a.requests || (a.keyId > b.keyId ? -1 : 1)),
    })),
    fails: ['the most requests, ties by id'],
  },
  {
    name: 'says that the others had nothing',
    breaks: answering(() => ({ othersAtMost: 0 })),
    fails: ['the most requests, ties by id', 'of a hundred keys', 'nothing untrue'],
  },
  {
    name: 'counts the keys it names only',
    breaks: answering(({ keys }) => ({ activeKeys: keys.length })),
    fails: ['the most requests, ties by id', 'sent again', 'of a hundred keys', 'nothing untrue'],
  },
  {
    name: 'counts a key once that was never used',
    breaks: answering(({ activeKeys }) => ({ activeKeys: Math.max(1, activeKeys ?? 1) })),
    fails: ['nothing was counted'],
  },
  {
    name: 'names the first secret of a key only',
    breaks: (store) => ({
      addUsage: (batch) => store.addUsage({ ...batch, entries: batch.entries.filter(({ version }) => version === 1) }),
    }),
    fails: ['every count of a key'],
  },
  {
    name: 'answers with whole days',
    breaks: asking((query) => ({
      ...query,
      from: Math.floor(query.from / dayMs) * dayMs,
      to: Math.ceil(query.to / dayMs) * dayMs,
    })),
    fails: ['to the hour'],
  },
  {
    name: 'adds a batch to its lists whenever it comes',
    breaks: (store) => {
      const sums = new Map<string, number>()
      return {
        addUsage: async (batch) => {
          for (const { keyId, requests } of batch.entries) sums.set(keyId, (sums.get(keyId) ?? 0) + requests)
          await store.addUsage(batch)
        },
        busiest: async (query) => {
          const { keys, ...rest } = await store.busiest(query)
          return { ...rest, keys: keys.map((key) => ({ ...key, requests: sums.get(key.keyId) ?? 0 })) }
        },
      }
    },
    fails: ['sent again'],
  },
  {
    name: 'ranks keys by their best day',
    breaks: (store) => {
      const days = new Map<string, Map<number, number>>()
      return {
        addUsage: async (batch) => {
          for (const { keyId, hour, requests } of batch.entries) {
            const ofKey = days.get(keyId) ?? new Map<number, number>()
            const day = Math.floor(hour / dayMs)
            days.set(keyId, ofKey.set(day, (ofKey.get(day) ?? 0) + requests))
          }
          await store.addUsage(batch)
        },
        busiest: async (query) => {
          const { keys, ...rest } = await store.busiest({ ...query, limit: 100 })
          const best = (keyId: string): number => Math.max(0, ...(days.get(keyId)?.values() ?? []))
          return { ...rest, keys: keys.toSorted((a, b) => best(b.keyId) - best(a.keyId)).slice(0, query.limit) }
        },
      }
    },
    fails: ['of a hundred keys'],
  },
  {
    name: 'gives counts of some of the hours',
    breaks: (store) => ({
      busiest: async (query) => {
        const { keys, ...rest } = await store.busiest(query)
        return { ...rest, keys: keys.map((key) => ({ ...key, requests: Math.ceil(key.requests / 2) })) }
      },
    }),
    fails: ['nothing untrue', 'sums exact'],
  },
  {
    name: 'forgets the counts when closed',
    harness: (honest) => ({
      reopen: async () => {
        const reopened = await (honest.reopen as () => Promise<FullStore>)()
        const nobody = { keys: [], othersAtMost: 0, activeKeys: 0 }
        return { ...reopened, busiest: async () => nobody }
      },
    }),
    fails: ['opened again'],
  },
]
