import {
  dayMs,
  type KeyRecord,
  type UsageBatch,
  type UsageCounts,
  type UsageEntry,
  type UsagePoint,
  type UsageQuery,
} from '@claviger/core/store'
import { addCounts, noCounts } from './counts.ts'
import type { Table } from './table.ts'

/** Counts by workspace, key, secret version and hour. */
export interface UsageBook {
  add(batch: UsageBatch): void
  points(query: UsageQuery): readonly UsagePoint[]
  /** Forgets hours that start before this instant. */
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
    points(query) {
      const points = new Map<string, UsagePoint>()
      for (const entry of workspaces.get(query.workspaceId)?.values() ?? []) {
        if (entry.requests === 0 || !isAskedFor(entry, query)) continue
        const place = placeOf(entry, query)
        const id = JSON.stringify([place.start, place.keyId, place.version])
        points.set(id, { ...place, ...sum(points.get(id), entry) })
      }
      return [...points.values()].sort(comparePoints)
    },
    purge(before) {
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

function isAskedFor(entry: UsageEntry, { keyId, from, to }: UsageQuery): boolean {
  return (keyId === undefined || entry.keyId === keyId) && entry.hour >= from && entry.hour < to
}

function placeOf(entry: UsageEntry, query: UsageQuery): Pick<UsagePoint, 'start' | 'keyId' | 'version'> {
  return {
    start: { hour: entry.hour, day: Math.floor(entry.hour / dayMs) * dayMs, total: query.from }[query.bucket],
    keyId: query.groupBy === undefined ? null : entry.keyId,
    version: query.groupBy === 'version' ? entry.version : null,
  }
}

function comparePoints(a: UsagePoint, b: UsagePoint): number {
  return a.start - b.start || compareTexts(a.keyId ?? '', b.keyId ?? '') || (a.version ?? 0) - (b.version ?? 0)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
