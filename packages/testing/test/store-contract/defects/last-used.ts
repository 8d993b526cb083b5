import type { KeyRecord } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { reading, writing } from '../tools.ts'

type Stamp = (before: number | null, reported: readonly number[]) => number | null

/** Decides in its own way when a key was last used. */
const stamping =
  (stamp: Stamp) =>
  (store: FullStore): Partial<FullStore> => {
    const stamps = new Map<string, number | null>()
    return {
      ...reading(store, (record) => ({ ...record, lastUsedAt: stamps.get(record.id) ?? null })),
      addUsage: (batch) => {
        for (const { keyId } of batch.entries) {
          const reported = batch.entries.filter((entry) => entry.keyId === keyId).map(({ lastUsedAt }) => lastUsedAt)
          stamps.set(keyId, stamp(stamps.get(keyId) ?? null, reported))
        }
        return store.addUsage(batch)
      },
    }
  }

export const lastUsed: readonly Defect[] = [
  { name: 'never tells when a key was used', breaks: stamping(() => null), fails: ['is written to the key'] },
  {
    name: 'starts new keys as never used',
    breaks: (store) => writing(store, (record) => ({ ...record, lastUsedAt: null })),
    fails: ['comes along with a key that is new'],
  },
  {
    name: 'counts the revision up when a key is used',
    breaks: (store) => reading(store, (record) => ({ ...record, revision: record.lastUsedAt === null ? 1 : 2 })),
    fails: ['is written to the key'],
  },
  {
    name: 'believes the last report',
    breaks: stamping((_, reported) => reported.at(-1) ?? null),
    fails: ['when a process with a slow clock', 'in any order', 'sent again'],
  },
  {
    name: 'takes the last report of an hour for its latest use',
    breaks: (store) => {
      let latest = 0
      return {
        addUsage: (batch) => {
          latest = batch.entries.at(-1)?.lastUsedAt ?? latest
          return store.addUsage(batch)
        },
        usage: async (query) => (await store.usage(query)).map((point) => Object.assign(point, { lastUsedAt: latest })),
      }
    },
    fails: ['within a bucket'],
  },
  {
    name: 'inserts a row for every used id',
    breaks: (store) => {
      const used = new Set<string>()
      return {
        addUsage: (batch) => {
          for (const { keyId } of batch.entries) used.add(keyId)
          return store.addUsage(batch)
        },
        find: async (ids) => {
          const found = await store.find(ids)
          return new Map<string, KeyRecord | 'corrupt'>([
            ...ids.filter((id) => used.has(id)).map((id) => [id, 'corrupt'] as const),
            ...found,
          ])
        },
      }
    },
    fails: ['brings no key into being'],
  },
]
