import {
  addCounts,
  type BusiestKeys,
  type BusiestQuery,
  dayOf,
  type KeyRecord,
  noCounts,
  sumEntries,
  type UsageBatch,
  type UsageCounts,
  type UsageEntry,
  type UsagePoint,
  type UsageQuery,
  usagePoints,
} from '@claviger/core/store'
import type { Table } from './table.ts'

/** Counts by workspace, key, secret version and hour. */
export interface UsageBook {
  add(batch: UsageBatch): void
  points(query: UsageQuery): readonly UsagePoint[]
  busiest(query: BusiestQuery): BusiestKeys
  /** Forgets the UTC days that have ended by this instant. */
  purge(before: number): void
}

/** The last use is also written to the keys, forward only. */
export function usageBook(keys: Table<KeyRecord>): UsageBook {
  const highest = new Map<string, number>()
  const workspaces = new Map<string, Map<string, UsageEntry>>()

  return {
    add({ instanceId, sequence, entries }) {
      if (sequence <= (highest.get(instanceId) ?? Number.NEGATIVE_INFINITY)) return
      highest.set(instanceId, sequence)
      for (const entry of entries) {
        const hours = workspaces.get(entry.workspaceId) ?? new Map<string, UsageEntry>()
        workspaces.set(entry.workspaceId, hours)
        const id = JSON.stringify([entry.keyId, entry.version, entry.hour])
        hours.set(id, { ...entry, ...sum(hours.get(id), entry) })
        touch(keys, entry)
      }
    },
    points: (query) => usagePoints(workspaces.get(query.workspaceId)?.values() ?? [], query),
    busiest({ workspaceId, from, to, limit }) {
      const entries = [...(workspaces.get(workspaceId)?.values() ?? [])]
      const asked = entries.filter(({ hour }) => hour >= from && hour < to)
      const ranked = [...sumEntries(asked, ({ keyId }) => keyId).values()].sort(
        (a, b) => b.requests - a.requests || (a.keyId < b.keyId ? -1 : 1),
      )
      const totalsOf = ({ version: _, hour: __, workspaceId: ___, ...totals }: UsageEntry) => totals
      return {
        keys: ranked.slice(0, limit).map(totalsOf),
        othersAtMost: ranked[limit]?.requests ?? 0,
        activeKeys: ranked.length,
      }
    },
    purge(limit) {
      const before = dayOf(limit)
      for (const [workspaceId, hours] of workspaces) {
        for (const [id, { hour }] of hours) {
          if (hour < before) hours.delete(id)
        }
        if (hours.size === 0) workspaces.delete(workspaceId)
      }
    },
  }
}

type Counted = UsageCounts & { readonly lastUsedAt: number }

function sum(sofar: Counted | undefined, more: Counted): Counted {
  return {
    ...addCounts(sofar ?? noCounts, more),
    lastUsedAt: Math.max(sofar?.lastUsedAt ?? more.lastUsedAt, more.lastUsedAt),
  }
}

function touch(keys: Table<KeyRecord>, { keyId, workspaceId, lastUsedAt }: UsageEntry): void {
  const key = keys.get(keyId)
  if (key?.workspaceId !== workspaceId || lastUsedAt <= (key.lastUsedAt ?? Number.NEGATIVE_INFINITY)) return
  keys.set({ ...key, lastUsedAt })
}
