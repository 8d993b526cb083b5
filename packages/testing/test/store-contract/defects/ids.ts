import type { Defect } from '../honest-store.ts'
import { matchesQuery } from '@claviger/core/store'
import { listing } from '../tools.ts'

/** As the default collations of MySQL and MariaDB compare. */
const folded = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trimEnd()

export const ids: readonly Defect[] = [
  {
    name: 'compares ids without regard to letter case',
    breaks: (store) => {
      const spelling = new Map<string, string>()
      return {
        commit: async (change) => {
          const result = await store.commit(change)
          for (const { record } of change.writes) if ('id' in record) spelling.set(record.id.toLowerCase(), record.id)
          return result
        },
        find: async (ids) => {
          const stored = ids.map((id) => spelling.get(id.toLowerCase()) ?? id)
          const found = await store.find(stored)
          return new Map(
            ids.flatMap((id, index) =>
              [...found].filter(([key]) => key === stored[index]).map(([, record]) => [id, record] as const),
            ),
          )
        },
      }
    },
    fails: ['differs only in letter case', 'differ only in letter case'],
  },
  {
    name: 'trims ids',
    breaks: (store) => ({
      find: async (ids) => {
        const found = await store.find(ids.map((id) => id.trim()))
        return new Map(
          ids.flatMap((id) =>
            [...found].filter(([key]) => key === id.trim()).map(([, record]) => [id, record] as const),
          ),
        )
      },
    }),
    fails: ['ids that are not ids'],
  },
  {
    name: 'turns ids into text',
    breaks: (store) => ({ find: async (ids) => store.find(ids.map(String)) }),
    fails: ['only reads like one'],
  },
  {
    name: 'answers with undefined for what it does not find',
    breaks: (store) => ({
      find: async (ids) => {
        const found = await store.find(ids)
        return new Map([...ids, 'row'].map((id) => [id, found.get(id) as 'corrupt']))
      },
    }),
    fails: ['asked twice', '1 000 ids'],
  },
  {
    name: 'compares owners as a default collation does',
    breaks: (store) =>
      listing(store, {
        matches: (record, { ownerIds, visibleOwners, ...query }) =>
          matchesQuery(record, query) &&
          (ownerIds === undefined || ownerIds.some((id) => folded(id) === folded(record.owner.id))) &&
          (visibleOwners === undefined || visibleOwners.some(({ id = '' }) => folded(id) === folded(record.owner.id))),
      }),
    fails: ['tells owners apart'],
  },
  {
    name: 'compares workspaces as a default collation does',
    breaks: (store) => {
      const spellings = new Set<string>()
      return {
        commit: async (change) => {
          for (const { record } of change.writes) spellings.add(record.workspaceId)
          return store.commit(change)
        },
        list: async (query) => {
          const alike = [...spellings].filter((one) => folded(one) === folded(query.workspaceId))
          const pages = await Promise.all(alike.map((workspaceId) => store.list({ ...query, workspaceId })))
          return { items: pages.flatMap(({ items }) => items), nextCursor: null }
        },
      }
    },
    fails: ['tells workspaces apart'],
  },
  {
    name: 'joins the parts of an idempotency key with colons',
    breaks: (store) => ({
      commit: async (change) =>
        store.commit({
          ...change,
          writes: change.writes.map((write) => {
            if (write.type !== 'idempotency') return write
            const { workspaceId, actor, idempotencyKey } = write.record
            const joined = `${workspaceId}:${actor.id}:${idempotencyKey}`
            return {
              ...write,
              record: {
                ...write.record,
                workspaceId: 'all',
                actor: { type: 'user', id: 'all' },
                idempotencyKey: joined,
              },
            }
          }),
        }),
    }),
    fails: ['only look alike when joined'],
  },
]
