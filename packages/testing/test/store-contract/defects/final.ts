import type { KeyRecord } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { mapKeys, reading } from '../tools.ts'

type Revocation = Pick<KeyRecord, 'revokedAt' | 'revokedReason'>
const alive: Revocation = { revokedAt: null, revokedReason: null }

/** Keeps revocations beside the records, where the next write takes them away. */
export function reviving(store: FullStore, only: 'silently' | 'always' = 'always'): Partial<FullStore> {
  const revocations = new Map<string, Revocation>()
  return {
    ...reading(store, (record) => ({ ...record, ...revocations.get(record.id) })),
    async commit(change) {
      const result = await store.commit(
        mapKeys(change, (write) => ({ ...write, record: { ...write.record, ...alive } })),
      )
      if (!result.ok) return result
      for (const write of change.writes) {
        if (write.type !== 'key') continue
        const { revokedAt, revokedReason } = write.record
        if (revokedAt !== null || only === 'always' || change.silent)
          revocations.set(write.record.id, { revokedAt, revokedReason })
      }
      return result
    },
  }
}

export const finality: readonly Defect[] = [
  {
    name: 'lets a revoked key be revived',
    breaks: (store) => reviving(store),
    fails: ['refuses a write', 'stored revoked', 'stores nothing of the change'],
  },
  {
    name: 'lets a revoked key be revived silently',
    breaks: (store) => reviving(store, 'silently'),
    fails: ['in a silent change'],
  },
  {
    name: 'calls it a conflict, so that the caller tries again forever',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        return result.ok ? result : { ...result, reason: 'conflict' }
      },
    }),
    fails: ['revive a revoked key', 'in a silent change', 'stored revoked', 'stores nothing of the change'],
  },
  {
    name: 'refuses every write on a revoked key',
    breaks: (store) => ({
      commit: async (change) => {
        const ids = change.writes.flatMap((write) => (write.type === 'key' ? [write.record.id] : []))
        for (const record of (await store.find(ids)).values()) {
          if (record !== 'corrupt' && record.revokedAt !== null)
            return { ok: false, reason: 'final', write: 0, current: record }
        }
        return store.commit(change)
      },
    }),
    fails: ['leaves a revoked key revoked'],
  },
]
