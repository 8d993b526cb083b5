import type { Defect } from '../honest-store.ts'

export const lifecycle: readonly Defect[] = [
  {
    name: 'is ready only once',
    breaks: () => {
      let asked = false
      return {
        ready: async () => {
          if (asked) throw new Error('already started')
          asked = true
        },
      }
    },
    fails: ['is ready'],
  },
  {
    name: 'fails when closed twice',
    breaks: (store) => {
      let closed = false
      return {
        close: async () => {
          if (closed) throw new Error('not open')
          closed = true
          await store.close()
        },
      }
    },
    fails: ['closed twice'],
  },
  {
    name: 'finds nothing after it was closed',
    breaks: (store) => ({ find: (ids) => store.find(ids).catch(() => new Map()) }),
    fails: ['after it was closed'],
  },
]
