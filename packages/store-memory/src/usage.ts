import {
  type BusiestKeys,
  type BusiestQuery,
  dayOf,
  findBusiest,
  type KeyRecord,
  type UsageBatch,
  type UsageEntry,
  type UsagePoint,
  type UsageQuery,
  usagePoints,
} from '@claviger/core/store'
import { busiestIn } from './busiest.ts'
import { type KeyDay, sum, type WorkspaceCounts } from './counts.ts'
import { order } from './order.ts'
import type { Table } from './table.ts'

/** Counts by workspace, key, secret version and hour. */
export interface UsageBook {
  add(batch: UsageBatch): void
  points(query: UsageQuery): readonly UsagePoint[]
  busiest(query: BusiestQuery): Promise<BusiestKeys>
  /** Forgets the UTC days that have ended by this instant. */
  purge(before: number): void
}

/** The last use is also written to the keys, forward only. */
export function usageBook(keys: Table<KeyRecord>): UsageBook {
  const highest = new Map<string, number>()
  const workspaces = new Map<string, WorkspaceCounts>()

  return {
    add({ instanceId, sequence, entries }) {
      if (sequence <= (highest.get(instanceId) ?? Number.NEGATIVE_INFINITY)) return
      highest.set(instanceId, sequence)
      for (const entry of entries) {
        const counts = workspaces.get(entry.workspaceId) ?? noWorkspaceCounts()
        workspaces.set(entry.workspaceId, counts)
        addTo(counts, entry)
        touch(keys, entry)
      }
    },
    points(query) {
      const counts = workspaces.get(query.workspaceId)
      if (counts === undefined) return []
      const { groupBy: _, ...ofAll } = query
      if (query.keyId === undefined) return usagePoints(counts.hours.values(), ofAll)
      return usagePoints(hoursOf(counts, query.keyId, query), query)
    },
    async busiest(query) {
      return findBusiest(query, busiestIn(workspaces.get(query.workspaceId) ?? noWorkspaceCounts(), query))
    },
    purge(limit) {
      const before = dayOf(limit)
      for (const [workspaceId, counts] of workspaces) {
        for (const day of counts.days.keys()) if (day < before) forgetDay(counts, day)
        for (const hour of counts.hours.keys()) if (hour < before) counts.hours.delete(hour)
        if (counts.keys.size === 0) workspaces.delete(workspaceId)
      }
    },
  }
}

function noWorkspaceCounts(): WorkspaceCounts {
  return { keys: new Map(), hours: new Map(), days: new Map(), lastHours: order(), lastHourOf: new Map() }
}

function addTo(counts: WorkspaceCounts, entry: UsageEntry): void {
  const { keyId, version, hour } = entry
  const day = dayOf(hour)
  const days = counts.keys.get(keyId) ?? new Map<number, KeyDay>()
  const { sum: before, hours } = days.get(day) ?? { sum: undefined, hours: new Map<string, UsageEntry>() }
  const id = `${version} ${hour}`
  hours.set(id, { ...entry, ...sum(hours.get(id), entry) })
  const after = sum(before, entry)
  counts.keys.set(keyId, days.set(day, { sum: after, hours }))
  counts.hours.set(hour, { ...entry, keyId: '', version: 0, ...sum(counts.hours.get(hour), entry) })

  const busiest = counts.days.get(day) ?? order()
  counts.days.set(day, busiest)
  if (before !== undefined) busiest.delete({ at: before.requests, id: keyId })
  busiest.add({ at: after.requests, id: keyId })
  if (entry.requests > 0) noteHour(counts, keyId, hour)
}

function noteHour({ lastHours, lastHourOf }: WorkspaceCounts, keyId: string, hour: number): void {
  const before = lastHourOf.get(keyId)
  if (before !== undefined && before >= hour) return
  if (before !== undefined) lastHours.delete({ at: before, id: keyId })
  lastHours.add({ at: hour, id: keyId })
  lastHourOf.set(keyId, hour)
}

/** The hours of one key on the days that a query touches. */
function* hoursOf({ keys }: WorkspaceCounts, keyId: string, { from, to }: UsageQuery): Iterable<UsageEntry> {
  for (const [day, { hours }] of keys.get(keyId) ?? []) {
    if (day >= dayOf(from) && day < to) yield* hours.values()
  }
}

function forgetDay({ keys, days, lastHours, lastHourOf }: WorkspaceCounts, day: number): void {
  for (const keyId of days.get(day)?.behind(undefined) ?? []) {
    const ofKey = keys.get(keyId)
    ofKey?.delete(day)
    if (ofKey?.size !== 0) continue
    keys.delete(keyId)
    const at = lastHourOf.get(keyId)
    if (at !== undefined) lastHours.delete({ at, id: keyId })
    lastHourOf.delete(keyId)
  }
  days.delete(day)
}

function touch(keys: Table<KeyRecord>, { keyId, workspaceId, lastUsedAt }: UsageEntry): void {
  const key = keys.get(keyId)
  if (key?.workspaceId !== workspaceId || lastUsedAt <= (key.lastUsedAt ?? Number.NEGATIVE_INFINITY)) return
  keys.set({ ...key, lastUsedAt })
}
