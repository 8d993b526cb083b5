import { dayOf, sumEntries, type UsageBatch, type UsageEntry } from '@claviger/core/store'
import { escaped, type KeyNames, type UsageKeyNames } from '../names.ts'
import { dayMember, totalsField, wholeDay } from './rows.ts'

/** A part of a batch, for one run of `add-counts`. */
export interface UsagePart {
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
}

// One script writes what so many entries add to: a millisecond or two of Redis's only thread.
const entriesPerPart = 30
/** The number of a batch's last part: nothing more is ever taken of this batch. */
const last = 999_999_999
// A batch is sent again within minutes. Longer than any outage that a process survives, and then forgotten.
export const markerLifeMs: number = 7 * 24 * 3_600_000

/**
 * Cuts what a batch adds within one slot into parts, the same ones whenever the batch is sent again. Each is marked with
 * its number: a part is added once, and one that was lost is added when the batch comes again. Made one by one, as they
 * are sent: all at once would hold up the event loop.
 */
export function* usageParts(
  slot: UsageKeyNames,
  { instanceId, sequence }: UsageBatch,
  entries: readonly UsageEntry[],
): Generator<UsagePart> {
  const parts = Math.max(1, Math.ceil(entries.length / entriesPerPart))
  for (let index = 0; index < parts; index += 1) {
    const some = entries.slice(index * entriesPerPart, (index + 1) * entriesPerPart)
    yield partOf(slot, some, [slot.batch(instanceId)], [sequence, index === parts - 1 ? last : index, markerLifeMs])
  }
}

/** Entries by the slot that holds them. */
export function bySlot(
  names: KeyNames,
  entries: readonly UsageEntry[],
): ReadonlyMap<UsageKeyNames, readonly UsageEntry[]> {
  const slots = new Map<UsageKeyNames, UsageEntry[]>()
  for (const entry of entries) {
    const slot = names.usageShard(entry.workspaceId)
    const known = slots.get(slot)
    if (known === undefined) slots.set(slot, [entry])
    else known.push(entry)
  }
  return slots
}

function partOf(
  slot: UsageKeyNames,
  entries: readonly UsageEntry[],
  markers: readonly string[],
  head: readonly (string | number)[],
): UsagePart {
  const hashes: Row[] = []
  const scores: Score[] = []
  const add = (place: (entry: UsageEntry) => readonly unknown[], row: (entry: UsageEntry) => Row): void => {
    for (const entry of sumEntries(entries, (one) => JSON.stringify(place(one))).values()) hashes.push(row(entry))
  }
  add(
    ({ workspaceId, hour, keyId, version }) => [workspaceId, hour, keyId, version],
    (entry) => ({ hash: slot.counts(entry.workspaceId, entry.hour), field: escaped(entry.keyId), entry }),
  )
  add(
    ({ workspaceId, hour, keyId, version }) => [workspaceId, dayOf(hour), keyId, version],
    (entry) => ({ hash: slot.dayCounts(entry.workspaceId, dayOf(entry.hour)), field: escaped(entry.keyId), entry }),
  )
  add(
    ({ workspaceId, hour }) => [workspaceId, hour],
    (entry) => ({
      hash: slot.totals(entry.workspaceId, dayOf(entry.hour)),
      field: totalsField(entry.hour),
      entry: { ...entry, version: 0 },
    }),
  )
  add(
    ({ workspaceId, hour }) => [workspaceId, dayOf(hour)],
    (entry) => ({
      hash: slot.totals(entry.workspaceId, dayOf(entry.hour)),
      field: wholeDay,
      entry: { ...entry, version: 0 },
    }),
  )
  for (const { workspaceId, keyId, hour, requests } of entries) {
    if (requests === 0) continue
    const [day, member] = [dayOf(hour), escaped(keyId)]
    scores.push(
      { kind: 'INCRBY', set: slot.busiest(workspaceId, day), score: requests, member },
      { kind: 'GT', set: slot.lastHours(workspaceId), score: hour, member },
      { kind: 'GT', set: slot.days(workspaceId), score: day, member: String(day) },
      { kind: 'GT', set: slot.daysByAge, score: day, member: dayMember({ workspaceId, day }) },
    )
  }
  return encoded(hashes, distinct(scores), markers, head)
}

interface Row {
  readonly hash: string
  readonly field: string
  readonly entry: UsageEntry
}

interface Score {
  readonly kind: 'INCRBY' | 'GT'
  readonly set: string
  readonly score: number
  readonly member: string
}

/** A score that only rises is written once. */
function distinct(scores: readonly Score[]): readonly Score[] {
  const highest = new Map<string, Score>()
  for (const [index, score] of scores.entries()) {
    const place = score.kind === 'INCRBY' ? String(index) : `${score.set} ${score.member}`
    if (score.score > (highest.get(place)?.score ?? Number.NEGATIVE_INFINITY)) highest.set(place, score)
  }
  return [...highest.values()]
}

function encoded(
  rows: readonly Row[],
  scores: readonly Score[],
  markers: readonly string[],
  head: readonly (string | number)[],
): UsagePart {
  const hashes = [...new Set(rows.map(({ hash }) => hash))]
  const keys = [...markers, ...hashes, ...new Set(scores.map(({ set }) => set))]
  const numbers = new Map(keys.map((key, index) => [key, index + 1]))
  return {
    keys,
    args: [
      ...head,
      hashes.length,
      rows.length,
      ...rows.flatMap(({ hash, field, entry }) => {
        const codes = Object.entries(entry.denied)
        return [
          numbers.get(hash) ?? 0,
          field,
          entry.version,
          entry.requests,
          entry.allowed,
          entry.clientErrors,
          entry.serverErrors,
          entry.lastUsedAt,
          codes.length,
          ...codes.flat(),
        ]
      }),
      scores.length,
      ...scores.flatMap(({ kind, set, score, member }) => [kind, numbers.get(set) ?? 0, score, member]),
    ],
  }
}
