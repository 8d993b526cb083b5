import type { KeyRecord } from '@claviger/core/store'
import type { Defect } from '../honest-store.ts'
import { force } from '../tools.ts'

export const corruption: readonly Defect[] = [
  {
    name: 'takes a corrupt row for a missing one',
    breaks: (store) => ({
      find: async (ids) => new Map([...(await store.find(ids))].filter(([, record]) => record !== 'corrupt')),
    }),
    fails: ['tells that a key is corrupt', 'write over'],
  },
  {
    name: 'fails as a whole because of one corrupt row',
    breaks: (store) => ({
      find: async (ids) => {
        const found = await store.find(ids)
        if ([...found.values()].includes('corrupt')) throw new SyntaxError('Unexpected token')
        return found
      },
    }),
    fails: ['tells that a key is corrupt'],
  },
  {
    name: 'lists corrupt rows as far as it can read them',
    breaks: (store) => ({
      list: async (query) => ({
        items: [...(await store.list(query)).items, { id: 'unreadable' } as KeyRecord],
        nextCursor: null,
      }),
    }),
    fails: ['out of listings', 'to the end of a listing'],
  },
  {
    name: 'ends a listing at the first corrupt row',
    breaks: (store) => ({
      list: async (query) => {
        const page = await store.list(query)
        return page.items.length < query.limit ? { ...page, nextCursor: null } : page
      },
    }),
    fails: ['to the end of a listing'],
  },
  {
    name: 'takes the revision of a corrupt row for the expected one',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await force(store, change)
        return result.ok ? result : { ok: true, head: null }
      },
    }),
    fails: ['write over'],
  },
]
