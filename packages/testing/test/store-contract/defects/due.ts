import {
  type DueQuery,
  encodeCursor,
  isDue,
  type KeyRecord,
  type ListPage,
  pendingReminder,
} from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { nudge } from '../tools.ts'

const asking =
  (mishear: (query: DueQuery) => DueQuery) =>
  (store: FullStore): Partial<FullStore> => ({ due: (query) => store.due(mishear(query)) })

const giving =
  (patch: (page: ListPage<KeyRecord>, query: DueQuery) => Partial<ListPage<KeyRecord>>) =>
  (store: FullStore): Partial<FullStore> => ({
    due: async (query) => {
      const page = await store.due(query)
      return { ...page, ...patch(page, query) }
    },
  })

const everyReminder = (title: string): readonly string[] =>
  ['expiring', 'rotationDue', 'unused', 'ownerGone'].map((reminder) => `${reminder}: ${title}`)

export const due: readonly Defect[] = [
  {
    name: 'knows one workspace only',
    breaks: giving(({ items }) => ({ items: items.filter(({ workspaceId }) => workspaceId === 'ws_acme') })),
    fails: everyReminder('gives keys of all workspaces'),
  },
  {
    name: 'includes the end of the range',
    breaks: asking((query) => ({ ...query, before: query.before + 1 })),
    fails: everyReminder('gives keys of all workspaces'),
  },
  {
    name: 'gives the newest cause first',
    breaks: giving(({ items }) => ({ items: items.toReversed() })),
    fails: [...everyReminder('gives keys of all workspaces'), 'unused: gives every key once'],
  },
  {
    name: 'goes on behind the instant, and not behind the key',
    breaks: giving(({ items, nextCursor }, { reminder }) => {
      const last = items.at(-1)
      if (nextCursor === null || last === undefined) return {}
      return { nextCursor: encodeCursor({ at: pendingReminder(last, reminder) ?? 0, id: 'z'.repeat(16) }) }
    }),
    fails: everyReminder('gives every key once'),
  },
  {
    name: 'gives keys whose reminder was sent, and revoked ones',
    breaks: (store) => {
      const seen = new Set<string>()
      return {
        async commit(change) {
          for (const { type, record } of change.writes) if (type === 'key') seen.add(record.id)
          return store.commit(change)
        },
        async due(query) {
          const page = await store.due(query)
          const found = await store.find([...seen])
          const forgotten = [...found.values()].flatMap((record) => {
            if (record === 'corrupt') return []
            return isDue({ ...record, revokedAt: null, reminders: {} }, query) ? [record] : []
          })
          return { ...page, items: query.cursor === undefined ? forgotten : page.items }
        },
      }
    },
    fails: everyReminder('gives no key that is revoked'),
  },
  {
    name: 'keeps in mind the first record of a key',
    breaks: (store) => {
      const first = new Map<string, KeyRecord>()
      return {
        async commit(change) {
          for (const { type, record } of change.writes) {
            if (type === 'key' && !first.has(record.id)) first.set(record.id, record)
          }
          return store.commit(change)
        },
        async due(query) {
          const page = await store.due(query)
          return { ...page, items: page.items.filter(({ id }) => isDue(first.get(id) as KeyRecord, query)) }
        },
      }
    },
    fails: ['gives a key again', 'once its last use is long ago'],
  },
  {
    name: 'does not see uses',
    breaks: (store) => ({
      async due(query) {
        if (query.reminder !== 'unused') return store.due(query)
        const all = await store.due({ ...query, reminder: 'rotationDue', since: 0, before: Number.MAX_SAFE_INTEGER })
        return { ...all, items: all.items.filter((record) => isDue({ ...record, lastUsedAt: null }, query)) }
      },
    }),
    fails: ['gives no key that was used since', 'used after its reminder'],
  },
  {
    name: 'gives expired keys',
    breaks: asking((query) => ({ ...query, at: 0 })),
    fails: ['rotationDue', 'unused', 'ownerGone'].map((reminder) => `${reminder}: gives no key that has expired`),
  },
  {
    name: 'forgets what was unused for too long',
    breaks: (store) => {
      const [seen, forgotten] = [new Set<string>(), new Set<string>()]
      return {
        async commit(change) {
          for (const { type, record } of change.writes) if (type === 'key') seen.add(record.id)
          return store.commit(change)
        },
        async due(query) {
          const page = await store.due(query)
          if (query.reminder !== 'unused') return page
          for (const record of (await store.find([...seen])).values()) {
            const at = record === 'corrupt' ? null : pendingReminder(record, 'unused')
            if (record !== 'corrupt' && at !== null && at < query.since) forgotten.add(record.id)
          }
          return { ...page, items: page.items.filter(({ id }) => !forgotten.has(id)) }
        },
      }
    },
    fails: ['unused for too long'],
  },
  {
    name: 'gives keys that are gone',
    breaks: (store) => {
      const given = new Map<string, KeyRecord>()
      return {
        async commit(change) {
          for (const { type, record } of change.writes) if (type === 'key') given.set(record.id, record)
          return store.commit(change)
        },
        due: async (query) => ({
          items: [...given.values()].filter((record) => isDue(record, query)),
          nextCursor: null,
        }),
      }
    },
    fails: ['gives no key that was purged', 'rejects a limit'],
  },
  {
    name: 'gives out what it keeps',
    breaks: (store) => {
      const kept = new Map<string, KeyRecord>()
      return {
        async due(query) {
          const page = await store.due(query)
          for (const record of page.items) kept.set(record.id, record)
          return page
        },
        async find(ids) {
          const found = new Map(await store.find(ids))
          for (const id of ids) {
            const record = kept.get(id)
            if (record !== undefined) found.set(id, record)
          }
          return found
        },
      }
    },
    fails: ['gives copies'],
  },
  {
    name: 'announces that it was asked',
    breaks: (store) => ({
      async due(query) {
        await store.commit({ ...nudge, nonce: `due-${Math.random()}` })
        return store.due(query)
      },
    }),
    fails: ['moves no head'],
  },
]
