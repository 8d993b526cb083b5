import type { CommitResult } from '@claviger/core/store'
import type { Defect } from '../honest-store.ts'
import { mapKeys } from '../tools.ts'

export const atomicity: readonly Defect[] = [
  {
    name: 'commits write by write',
    breaks: (store) => ({
      async commit(change): Promise<CommitResult> {
        for (const [index, write] of change.writes.entries()) {
          const result = await store.commit({ ...change, writes: [write], activity: [] })
          if (!result.ok) return { ...result, write: index }
        }
        return store.commit({ ...change, writes: [] })
      },
    }),
    fails: [
      'write 1 is refused',
      'write 2 is refused',
      'write 3 is refused',
      'taken idempotency key',
      'more writes than',
      'inserts one key twice',
    ],
  },
  {
    name: 'writes activity before it compares',
    breaks: (store) => ({
      commit: async (change) => {
        await store.commit({ ...change, writes: [], silent: true })
        return store.commit({ ...change, activity: [] })
      },
    }),
    fails: ['of a change whose write'],
  },
  {
    name: 'moves the head before it compares',
    breaks: (store) => ({
      commit: async (change) => {
        await store.commit({ ...change, writes: [], activity: [], silent: false })
        return store.commit({ ...change, silent: true, writes: mapKeys(change, (write) => write).writes })
      },
    }),
    fails: ['write 0 is refused'],
  },
  {
    name: 'counts revisions itself, whatever it is given',
    breaks: (store) => ({
      commit: (change) =>
        store.commit(
          mapKeys(change, (write) => ({ ...write, record: { ...write.record, revision: write.expectedRevision + 1 } })),
        ),
    }),
    fails: ['does not follow'],
  },
  {
    name: 'takes as many lines and announcements as it is given',
    breaks: (store) => ({
      async commit(change): Promise<CommitResult> {
        const [activity, announcements] = [change.activity, change.announcements].map((list) => list.slice(0, 32))
        return store.commit({ ...change, activity, announcements } as typeof change)
      },
    }),
    fails: ['more lines of the log'],
  },
]
