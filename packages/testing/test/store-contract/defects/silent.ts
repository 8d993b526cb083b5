import type { Defect } from '../honest-store.ts'
import { force, mapKeys, nudge } from '../tools.ts'

export const silence: readonly Defect[] = [
  {
    name: 'counts the revision of silent writes up',
    breaks: (store) => ({
      commit: (change) =>
        store.commit({
          ...mapKeys(change, (write) => ({
            ...write,
            record: { ...write.record, revision: write.expectedRevision + 1 },
          })),
          silent: false,
        }),
    }),
    fails: ['leave its revision', 'move neither head nor log', 'written revision is not the expected'],
  },
  {
    name: 'does not compare revisions in silent writes',
    breaks: (store) => ({ commit: (change) => (change.silent ? force(store, change) : store.commit(change)) }),
    fails: ['compare the revision'],
  },
  {
    name: 'moves the head for silent commits too',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        return change.silent && result.ok ? store.commit({ ...nudge, announcements: change.announcements }) : result
      },
    }),
    fails: ['move neither head nor log'],
  },
  {
    name: 'forgets all but the keys of a silent commit',
    breaks: (store) => ({
      commit: (change) =>
        store.commit(
          change.silent
            ? { ...change, activity: [], writes: change.writes.filter(({ type }) => type === 'key') }
            : change,
        ),
    }),
    fails: ['service accounts and activity'],
  },
]
