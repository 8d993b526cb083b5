import type { Activity, ActivityAfter, PlacedActivity } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'

const giving =
  (patch: (answer: ActivityAfter, position: number) => Partial<ActivityAfter>) =>
  (store: FullStore): Partial<FullStore> => ({
    async activityAfter(position, limit) {
      const answer = await store.activityAfter(position, limit)
      return { ...answer, ...patch(answer, position) }
    },
  })

function pageOf(
  lines: readonly PlacedActivity[],
  position: number,
  limit: number,
): Pick<ActivityAfter, 'items' | 'through'> {
  const behind = lines.filter((line) => line.position > position)
  const items = behind.slice(0, limit)
  return { items, through: (behind.length > limit ? items : lines).at(-1)?.position ?? 0 }
}

/** Another log, in the order in which `note` is called. */
function ownLog(): { note(entries: readonly Activity[]): void; after(position: number, limit: number): ActivityAfter } {
  const lines: PlacedActivity[] = []
  return {
    note: (entries) => {
      for (const entry of entries) lines.push({ position: lines.length + 1, entry })
    },
    after: (position, limit) => ({
      ...pageOf(lines, position, limit),
      last: lines.length,
    }),
  }
}

export const lines: readonly Defect[] = [
  {
    name: 'begins with a line',
    breaks: giving(({ through, last }) => ({ through: through + 1, last: last + 1 })),
    fails: ['is empty at first'],
  },
  {
    name: 'takes every page for the end of the log',
    breaks: giving(({ last }) => ({ through: last })),
    fails: ['goes on behind any position', 'lacks what was purged'],
  },
  {
    name: 'gives lines in the order of their instants',
    breaks: (store) => ({
      async activityAfter(position, limit) {
        const { last } = await store.activityAfter(0, 1)
        const all: PlacedActivity[] = []
        for (;;) {
          const { items } = await store.activityAfter(all.at(-1)?.position ?? 0, 100)
          all.push(...items)
          if (items.length < 100) break
        }
        const sorted = all
          .toSorted((a, b) => a.entry.at - b.entry.at)
          .map(({ entry }, index) => ({ position: index + 1, entry }))
        return { ...pageOf(sorted, position, limit), last }
      },
    }),
    fails: ['in the order of commits', 'of one change in their order'],
  },
  {
    name: 'does not number the lines of silent changes',
    breaks: (store) => ({
      commit: (change) => store.commit(change.silent ? { ...change, activity: [] } : change),
    }),
    fails: ['of silent changes'],
  },
  {
    name: 'numbers lines before it knows whether they are stored',
    breaks: (store) => {
      const log = ownLog()
      return {
        async commit(change) {
          log.note(change.activity)
          return store.commit(change)
        },
        activityAfter: async (position, limit) => log.after(position, limit),
      }
    },
    fails: ['a change that was refused', 'rejects an invalid position'],
  },
  {
    name: 'begins every page at the beginning',
    breaks: (store) => ({ activityAfter: (_, limit) => store.activityAfter(0, limit) }),
    fails: ['goes on behind any position'],
  },
  {
    name: 'numbers lines when they are begun, and not when they are committed',
    breaks: (store) => {
      let begun = 0
      const visible: PlacedActivity[] = []
      return {
        async commit(change) {
          const numbered = change.activity.map((entry) => ({ position: (begun += 1), entry }))
          // Changes that began later are done sooner.
          if (begun % 3 !== 0) await new Promise((resolve) => void setImmediate(resolve))
          const result = await store.commit(change)
          visible.push(...numbered)
          return result
        },
        async activityAfter(position, limit) {
          await store.activityAfter(position, limit)
          const sorted = visible.toSorted((a, b) => a.position - b.position)
          return { ...pageOf(sorted, position, limit), last: sorted.at(-1)?.position ?? 0 }
        },
      }
    },
    fails: ['every line of many concurrent changes', 'from another handle'],
  },
  {
    name: 'closes the gaps of what was purged',
    breaks: giving(({ items }, position) => ({
      items: items.map(({ entry }, index) => ({ position: position + index + 1, entry })),
    })),
    fails: ['lacks what was purged'],
  },
  {
    name: 'gives out what it keeps',
    breaks: (store) => {
      const kept = new Map<number, Activity>()
      return {
        async activityAfter(position, limit) {
          const answer = await store.activityAfter(position, limit)
          const items = answer.items.map((line) => {
            const entry = kept.get(line.position) ?? line.entry
            kept.set(line.position, entry)
            return { ...line, entry }
          })
          return { ...answer, items }
        },
      }
    },
    fails: ['gives copies'],
  },
]
