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

/** Counts of a workspace, by key, and of a key by version and hour. */
type Counts = Map<string, Map<string, UsageEntry>>

/** The last use is also written to the keys, forward only. */
export function usageBook(keys: Table<KeyRecord>): UsageBook {
  const highest = new Map<string, number>()
  const workspaces = new Map<string, Counts>()

  return {
    add({ instanceId, sequence, entries }) {
      if (sequence <= (highest.get(instanceId) ?? Number.NEGATIVE_INFINITY)) return
      highest.set(instanceId, sequence)
      for (const entry of entries) {
        const hours = within(within(workspaces, entry.workspaceId), entry.keyId)
        const id = JSON.stringify([entry.version, entry.hour])
        hours.set(id, { ...entry, ...sum(hours.get(id), entry) })
        touch(keys, entry)
      }
    },
    points(query) {
      const counts = workspaces.get(query.workspaceId)
      const entries = query.keyId === undefined ? entriesOf(counts) : counts?.get(query.keyId)?.values()
      return usagePoints(entries ?? [], query)
    },
    busiest({ workspaceId, from, to, limit }) {
      const asked = [...entriesOf(workspaces.get(workspaceId))].filter(({ hour }) => hour >= from && hour < to)
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
      for (const [workspaceId, counts] of workspaces) {
        for (const [keyId, hours] of counts) {
          for (const [id, { hour }] of hours) {
            if (hour < before) hours.delete(id)
          }
          if (hours.size === 0) counts.delete(keyId)
        }
        if (counts.size === 0) workspaces.delete(workspaceId)
      }
    },
  }
}

function within<Inner>(maps: Map<string, Map<string, Inner>>, name: string): Map<string, Inner> {
  const known = maps.get(name) ?? new Map<string, Inner>()
  maps.set(name, known)
  return known
}

function* entriesOf(counts: Counts | undefined): Iterable<UsageEntry> {
  for (const hours of counts?.values() ?? []) yield* hours.values()
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
