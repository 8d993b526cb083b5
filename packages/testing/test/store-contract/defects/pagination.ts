import { compareForList, type KeyRecord, UnavailableError } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { allOf, asking, cursorBehind, firstOfInstant, listing, reading } from '../tools.ts'

/** Lists honestly, then changes the page. */
const paging = (
  store: FullStore,
  patch: (page: { items: readonly KeyRecord[]; nextCursor: string | null }) => {
    items?: readonly KeyRecord[]
    nextCursor?: string | null
  },
): Partial<FullStore> => ({
  list: async (query) => {
    const page = await store.list(query)
    return { ...page, ...patch(page) }
  },
})

export const pagination: readonly Defect[] = [
  {
    name: 'lists oldest first',
    breaks: (store) => listing(store, { compare: (a, b) => compareForList(b, a) }),
    fails: ['newest first', 'in order, in pages of', 'whole records'],
  },
  {
    name: 'orders ids as people do, not by their characters',
    breaks: (store) => listing(store, { compare: (a, b) => b.createdAt - a.createdAt || a.id.localeCompare(b.id) }),
    fails: ['newest first'],
  },
  {
    name: 'pretends that there is always a next page',
    breaks: (store) =>
      paging(store, ({ items, nextCursor }) => ({
        nextCursor: nextCursor ?? cursorBehind(items[0] ?? ({ createdAt: 0, id: '' } as KeyRecord)),
      })),
    fails: ['an empty page', 'just fill this one'],
  },
  {
    name: 'gives only what a table shows',
    breaks: (store) =>
      reading(store, (record) => ({ id: record.id, name: record.name, createdAt: record.createdAt }) as KeyRecord),
    fails: ['whole records', 'applies the filters'],
  },
  {
    name: 'goes on behind an instant, not behind a key',
    breaks: (store) => ({
      list: async ({ cursor, ...query }) => {
        const page = await store.list(query)
        if (cursor === undefined) return page
        const [at] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number]
        const rest = (await allOf(store, query.workspaceId)).filter(({ createdAt }) => createdAt < at)
        const items = rest.slice(0, query.limit)
        const last = items.at(-1)
        return { items, nextCursor: rest.length > query.limit && last !== undefined ? cursorBehind(last) : null }
      },
    }),
    fails: ['more equal instants', 'in pages of 3'],
  },
  {
    name: 'gives two hundred keys of one instant at most',
    breaks: (store) => ({
      list: async (query) =>
        firstOfInstant(
          (cursor) => store.list({ workspaceId: query.workspaceId, at: 0, limit: 100, ...cursor }),
          ({ createdAt }) => createdAt,
          await store.list(query),
        ),
    }),
    fails: ['very many of one instant'],
  },
  {
    name: 'counts rows in its cursors',
    breaks: (store) => listing(store, {}),
    fails: ['newer and older keys are added', 'no longer stored'],
  },
  {
    name: 'repeats the last key on the next page',
    breaks: (store) => ({
      list: async (query) => {
        const page = await store.list(query)
        const last = page.items.at(-2)
        return page.nextCursor === null || last === undefined ? page : { ...page, nextCursor: cursorBehind(last) }
      },
    }),
    fails: ['in pages of 2', 'in pages of 7'],
  },
  {
    name: 'gives at most ten',
    breaks: (store) => paging(store, ({ items }) => ({ items: items.slice(0, 10), nextCursor: null })),
    fails: ['in pages of 100'],
  },
  {
    name: 'forgets the filters on the second page',
    breaks: (store) =>
      asking(store, ({ environments, ...query }) =>
        query.cursor !== undefined || environments === undefined ? query : { ...query, environments },
      ),
    fails: ['filters to every page'],
  },
  {
    name: 'writes cursors in plain JSON',
    breaks: (store) =>
      paging(store, ({ nextCursor }) => ({ nextCursor: nextCursor && JSON.stringify({ nextCursor }) })),
    fails: ['query string'],
  },
  {
    name: 'takes any limit for ten',
    breaks: (store) => asking(store, (query) => ({ ...query, limit: 10 })),
    fails: [
      'rejects a limit of 0',
      'rejects a limit of -1',
      'rejects a limit of 101',
      'rejects a limit of 1.5',
      'rejects a limit of NaN',
      'rejects a limit of Infinity',
    ],
  },
  {
    name: 'begins again at a cursor it cannot read',
    breaks: (store) => ({
      list: (query) =>
        store.list(query).catch(() => store.list({ workspaceId: query.workspaceId, at: query.at, limit: query.limit })),
    }),
    fails: ['cursor it did not give out', 'no database can hold'],
  },
  {
    name: 'asks its database for anything a cursor holds',
    breaks: (store) => ({
      list: (query) =>
        store.list(query).catch((cause: unknown) => {
          throw new UnavailableError('store', 'invalid byte sequence for encoding "UTF8": 0x00', { cause })
        }),
    }),
    fails: ['no database can hold'],
  },
]
