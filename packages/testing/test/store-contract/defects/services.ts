import type { Defect, FullStore } from '../honest-store.ts'
import { firstOfInstant, without } from '../tools.ts'

const ignoring =
  (...fields: readonly string[]) =>
  (store: FullStore): Partial<FullStore> => ({
    services: (query) => store.services(without(query, ...fields)),
  })

export const services: readonly Defect[] = [
  {
    name: 'lists oldest first',
    breaks: (store) => ({
      services: async (query) => {
        const page = await store.services(query)
        return { ...page, items: page.items.toReversed() }
      },
    }),
    fails: ['newest first', 'in order, in pages'],
  },
  {
    name: 'never gives deleted accounts',
    breaks: ignoring('includeDeleted'),
    fails: ['newest first', 'only when deleted ones'],
  },
  {
    name: 'always gives deleted accounts',
    breaks: (store) => ({ services: (query) => store.services({ ...query, includeDeleted: true }) }),
    fails: ['newest first', 'only when deleted ones'],
  },
  { name: 'gives all accounts, whichever is asked for', breaks: ignoring('ids'), fails: ['whose ids are asked for'] },
  {
    name: 'begins every page at the beginning',
    breaks: ignoring('cursor'),
    fails: ['in order, in pages', 'cursor it did not'],
  },
  {
    name: 'gives two hundred accounts of one instant at most',
    breaks: (store) => ({
      services: async (query) =>
        firstOfInstant(
          (cursor) => store.services({ workspaceId: query.workspaceId, limit: 100, ...cursor }),
          ({ createdAt }) => createdAt,
          await store.services(query),
        ),
    }),
    fails: ['very many of one instant'],
  },
  {
    name: 'takes any limit for ten',
    breaks: (store) => ({ services: (query) => store.services({ ...query, limit: 10 }) }),
    fails: ['rejects a limit'],
  },
]
