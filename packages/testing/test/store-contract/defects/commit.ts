import type { CommitResult } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { force, listing, mapKeys } from '../tools.ts'
import { matchesQuery, type Owner } from '@claviger/core/store'

const lying = (store: FullStore): Partial<FullStore> => ({
  async commit(change): Promise<CommitResult> {
    const result = await store.commit(change)
    return result.ok ? result : { ok: true, head: (await store.poll(null)).head }
  },
})

export const commits: readonly Defect[] = [
  {
    name: 'lets the last write win',
    breaks: (store) => ({ commit: (change) => force(store, change) }),
    fails: ['outdated revision', 'not reached yet', 'id that is taken', 'update what is not stored'],
  },
  {
    name: 'says that a commit was carried out which was refused',
    breaks: lying,
    fails: ['service accounts by the same rule', 'idempotency row once', 'another workspace'],
  },
  {
    name: 'does not store anything',
    breaks: (store) => ({ commit: async () => ({ ok: true, head: (await store.poll(null)).head }) }),
    fails: ['stores a new key', 'apart that share a name', 'as many writes'],
  },
  {
    name: 'keeps no more than 16 lines of the log of one change',
    breaks: (store) => ({ commit: (change) => store.commit({ ...change, activity: change.activity.slice(0, 16) }) }),
    fails: ['as many writes'],
  },
  {
    name: 'announces no more than 16 keys in one change',
    breaks: (store) => ({
      commit: (change) => store.commit({ ...change, announcements: change.announcements.slice(0, 16) }),
    }),
    fails: ['as many writes'],
  },
  {
    name: 'keeps listing a key under its first owner',
    breaks: (store) => {
      const first = new Map<string, Owner>()
      return {
        commit: (change) => {
          for (const write of change.writes) {
            if (write.type === 'key' && !first.has(write.record.id)) first.set(write.record.id, write.record.owner)
          }
          return store.commit(change)
        },
        ...listing(store, {
          matches: (record, query) => matchesQuery({ ...record, owner: first.get(record.id) ?? record.owner }, query),
        }),
      }
    },
    fails: ['another owner'],
  },
  {
    name: 'has a head and does not give it',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        return result.ok ? { ...result, head: null } : result
      },
    }),
    fails: ['without writes'],
  },
  {
    name: 'takes lastUsedAt from the written record',
    breaks: (store) => {
      const written = new Map<string, number | null>()
      return {
        commit: (change) => {
          mapKeys(change, (write) => {
            written.set(write.record.id, write.record.lastUsedAt)
            return write
          })
          return store.commit(change)
        },
        find: async (ids) => {
          const found = await store.find(ids)
          return new Map(
            [...found].map(([id, record]) => [
              id,
              record === 'corrupt' ? record : { ...record, lastUsedAt: written.get(id) ?? null },
            ]),
          )
        },
      }
    },
    fails: ['leaves lastUsedAt'],
  },
]
