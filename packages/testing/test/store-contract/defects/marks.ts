import type { Defect, FullStore } from '../honest-store.ts'

export const marks: readonly Defect[] = [
  {
    name: 'begins with a mark',
    breaks: (store) => ({
      marks: async (proposed) => new Map([['there', ''], ...(await store.marks(proposed))]),
    }),
    fails: ['none at first', 'all that was there before'],
  },
  {
    name: 'gives only what was proposed',
    breaks: (store) => ({
      marks: async (proposed) => new Map([...(await store.marks(proposed))].filter(([name]) => proposed.has(name))),
    }),
    fails: ['all that was there before', 'keeps names and texts'],
  },
  {
    name: 'lets the last proposal win',
    breaks: lastWins,
    fails: ['never changes one', 'one wins'],
  },
  {
    name: 'stores nothing of a proposal when one name is taken',
    breaks: (store) => ({
      async marks(proposed) {
        const stored = await store.marks(new Map())
        return [...proposed.keys()].some((name) => stored.has(name)) ? stored : store.marks(proposed)
      },
    }),
    fails: ['never changes one'],
  },
  {
    name: 'does not tell upper from lower case',
    breaks: (store) => ({
      marks: (proposed) => store.marks(new Map([...proposed].map(([name, text]) => [name.toLowerCase(), text]))),
    }),
    fails: ['keeps names and texts'],
  },
  {
    name: 'keeps marks in the handle, not in the store',
    breaks: () => {
      const own = new Map<string, string>()
      return {
        async marks(proposed) {
          for (const [name, text] of proposed) if (!own.has(name)) own.set(name, text)
          return new Map(own)
        },
      }
    },
    fails: ['one wins', 'opened again'],
  },
  {
    name: 'purges marks',
    breaks: (store) => {
      let isPurged = false
      return {
        async purge(limits) {
          isPurged = true
          return store.purge(limits)
        },
        marks: async (proposed) => (isPurged ? new Map() : store.marks(proposed)),
      }
    },
    fails: ['is not purged'],
  },
  {
    name: 'announces marks',
    breaks: (store) => ({
      async marks(proposed) {
        const nonce = `marks-${Math.random()}`
        await store.commit({ writes: [], activity: [], announcements: [], nonce, at: 0, silent: false })
        return store.marks(proposed)
      },
    }),
    fails: ['moves no head'],
  },
]

function lastWins(store: FullStore): Partial<FullStore> {
  const own = new Map<string, string>()
  return {
    async marks(proposed) {
      for (const [name, text] of proposed) own.set(name, text)
      return new Map([...(await store.marks(proposed)), ...own])
    },
  }
}
