import type { Activity, ActivityQuery, ListPage } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { firstOfInstant, without } from '../tools.ts'

const ignoring =
  (...fields: readonly string[]) =>
  (store: FullStore): Partial<FullStore> => ({
    activity: (query) => store.activity(without(query, ...fields)),
  })

const reading =
  (patch: (page: ListPage<Activity>, query: ActivityQuery) => Partial<ListPage<Activity>>) =>
  (store: FullStore): Partial<FullStore> => ({
    activity: async (query) => {
      const page = await store.activity(query)
      return { ...page, ...patch(page, query) }
    },
  })

export const activity: readonly Defect[] = [
  {
    name: 'forgets where a call came from',
    breaks: reading(({ items }) => ({ items: items.map((entry) => Object.assign(entry, { origin: null })) })),
    fails: ['every field set'],
  },
  {
    name: 'copies entries by assignment',
    breaks: reading(({ items }) => ({
      items: items.map((entry) => {
        const metadata: Record<string, unknown> = {}
        for (const [name, value] of Object.entries((entry.after?.['metadata'] ?? {}) as object)) metadata[name] = value
        return Object.assign(entry, { after: { metadata } })
      }),
    })),
    fails: ['__proto__'],
  },
  {
    name: 'lists oldest first',
    breaks: reading(({ items }) => ({ items: items.toReversed() })),
    fails: ['newest first', 'in pages of 100'],
  },
  {
    name: 'begins every page at the beginning',
    breaks: ignoring('cursor'),
    fails: ['in pages of 1,', 'in pages of 4', 'cursor it did not'],
  },
  ...(['targetId', 'actor', 'action', 'from', 'to'] as const).map((field) => ({
    name: `does not filter by ${field}`,
    breaks: ignoring(field),
    fails: ['alone and together', 'in every combination'],
  })),
  {
    name: 'gives two hundred entries of one instant at most',
    breaks: (store) => ({
      activity: async (query) =>
        firstOfInstant(
          (cursor) => store.activity({ workspaceId: query.workspaceId, limit: 100, ...cursor }),
          ({ at }) => at,
          await store.activity(query),
        ),
    }),
    fails: ['very many of one instant'],
  },
  {
    name: 'takes any limit for ten',
    breaks: (store) => ({ activity: (query) => store.activity({ ...query, limit: 10 }) }),
    fails: ['rejects a limit'],
  },
]
