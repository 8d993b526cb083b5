import { dayOf, sumEntries, type UsageEntry } from '@claviger/core/store'
import type { Insertable } from 'kysely'
import type { CountsTable, UsageDaysTable, UsageKeysTable, UsageTable, UsageTotalsTable } from '../database/tables.ts'
import { requireStorable } from '../database/values.ts'

/** What a batch adds to each table, in the order of the places: two batches lock the rows they share in the same order. */
export interface UsageRows {
  readonly hours: readonly Insertable<UsageTable>[]
  readonly days: readonly Insertable<UsageDaysTable>[]
  readonly keys: readonly Insertable<UsageKeysTable>[]
  /** Last: every process adds to the same few rows, and holds them until its transaction ends. */
  readonly totals: readonly Insertable<UsageTotalsTable>[]
}

/** @throws {ValidationError} naming a text that cannot be stored */
export function requireStorableEntries(entries: readonly UsageEntry[]): void {
  for (const { workspaceId, keyId, denied } of entries) {
    requireStorable(workspaceId, 'entries.workspaceId')
    requireStorable(keyId, 'entries.keyId')
    for (const code of Object.keys(denied)) requireStorable(code, 'entries.code')
  }
}

/** Sums entries up to the rows of each table. Pure. */
export function rowsByTable(entries: readonly UsageEntry[]): UsageRows {
  const hours = summed(entries, ({ workspaceId, keyId, version, hour }) => [workspaceId, keyId, version, hour])
  const days = summed(hours, ({ workspaceId, keyId, hour }) => [workspaceId, keyId, dayOf(hour)])
  const hourTotals = summed(hours, ({ workspaceId, hour }) => [workspaceId, hour])
  const dayTotals = summed(hours, ({ workspaceId, hour }) => [workspaceId, dayOf(hour)])
  const keys = new Map<string, Insertable<UsageKeysTable>>()
  for (const { workspaceId, keyId, hour } of days) {
    keys.set(JSON.stringify([workspaceId, keyId]), { workspace_id: workspaceId, key_id: keyId, last_hour: hour })
  }
  for (const { workspaceId, keyId, hour } of hours) {
    const place = JSON.stringify([workspaceId, keyId])
    const last_hour = Math.max(hour, keys.get(place)?.last_hour ?? hour)
    keys.set(place, { workspace_id: workspaceId, key_id: keyId, last_hour })
  }
  return {
    hours: withCodes(hours, ({ workspaceId, keyId, version, hour }) => ({
      workspace_id: workspaceId,
      key_id: keyId,
      version,
      hour,
    })),
    days: withCodes(days, ({ workspaceId, keyId, hour }) => ({
      workspace_id: workspaceId,
      key_id: keyId,
      day: dayOf(hour),
      listed_day: dayOf(hour),
    })),
    keys: [...keys.values()],
    totals: [
      ...withCodes(dayTotals, ({ workspaceId, hour }) => ({
        workspace_id: workspaceId,
        span: 'day' as const,
        start: dayOf(hour),
      })),
      ...withCodes(hourTotals, ({ workspaceId, hour }) => ({
        workspace_id: workspaceId,
        span: 'hour' as const,
        start: hour,
      })),
    ],
  }
}

function summed(
  entries: readonly UsageEntry[],
  placeOf: (entry: UsageEntry) => readonly unknown[],
): readonly UsageEntry[] {
  return [...sumEntries(entries, (entry) => JSON.stringify(placeOf(entry)))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => entry)
}

/** One row for all requests of an entry and one for each denial code. */
function withCodes<Place>(
  entries: readonly UsageEntry[],
  placeOf: (entry: UsageEntry) => Place,
): readonly (Place & Counts)[] {
  return entries.flatMap((entry) => [
    { ...placeOf(entry), ...allRequests(entry) },
    ...Object.keys(entry.denied)
      .filter((code) => code !== '')
      .toSorted()
      .map((code) => ({
        ...placeOf(entry),
        ...deniedWith(code, entry),
      })),
  ])
}

type Counts = Insertable<Omit<CountsTable, 'workspace_id'>>

/** All requests of an entry: the row without a code. */
function allRequests({ requests, allowed, clientErrors, serverErrors, lastUsedAt }: UsageEntry): Counts {
  return {
    code: '',
    requests,
    allowed,
    client_errors: clientErrors,
    server_errors: serverErrors,
    last_used_at: lastUsedAt,
  }
}

/** The requests of an entry that were refused with a code. */
function deniedWith(code: string, { denied, lastUsedAt }: UsageEntry): Counts {
  return {
    code,
    requests: denied[code] ?? 0,
    allowed: 0,
    client_errors: 0,
    server_errors: 0,
    last_used_at: lastUsedAt,
  }
}
