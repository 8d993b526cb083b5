import { UnavailableError } from '@claviger/core/store'
import type { Defect } from '../honest-store.ts'

export const trust: readonly Defect[] = [
  {
    name: 'takes changes that are meant for another store',
    breaks: (store) => ({
      commit({ storeId: _, ...change }) {
        return store.commit(change)
      },
    }),
    fails: ['meant for another store', 'when its data are gone'],
  },
  {
    name: 'takes no change that names its store',
    breaks: (store) => ({
      async commit(change) {
        if (change.storeId !== undefined) throw new UnavailableError('store', 'Which store?')
        return store.commit(change)
      },
    }),
    fails: ['meant for it'],
  },
  {
    name: 'answers polls from what it remembers',
    breaks: (store) => ({
      poll: (since) =>
        store.poll(since).catch((error: unknown) => {
          if (since === null) throw error
          return { head: since, changes: [] }
        }),
    }),
    fails: ['answers no poll'],
  },
  {
    name: 'answers no poll any more once it was demoted',
    breaks: (store) => {
      let failed = false
      return {
        async poll(since) {
          if (failed) throw new UnavailableError('store', 'It was demoted once.')
          return store.poll(since).catch((error: unknown) => {
            failed = true
            throw error
          })
        },
      }
    },
    fails: ['goes on from there'],
  },
  {
    name: 'keeps its name when it makes a new head',
    breaks: (store) => {
      let name: string | undefined
      return {
        async poll(since) {
          const { head, changes } = await store.poll(since)
          name ??= head.storeId
          return { head: { ...head, storeId: name }, changes }
        },
      }
    },
    fails: ['does not pass for what it was'],
  },
]
