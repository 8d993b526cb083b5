import type { CallerEntry, UsageBatch, UsageEntry } from '@claviger/core/store'
import type { PlannedKey } from './seed-plan.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const most = 1_000

/** The usage of a planned key over the last 90 days, in batches. The same plan gives the same numbers. */
export function usageOf(
  plan: PlannedKey,
  keyId: string,
  now: number,
  isDeclared: (permission: string) => boolean,
): readonly UsageBatch[] {
  const entries = entriesOf(plan, keyId, now).map((entry) => ({ ...entry, denied: knownTo(isDeclared, entry.denied) }))
  const batches = Array.from({ length: Math.ceil(entries.length / most) }, (_, index) =>
    entries.slice(index * most, (index + 1) * most),
  )
  return batches.map((part, index) => ({ instanceId: `seed-${keyId}`, sequence: index + 1, entries: part }))
}

/** Who used a planned key, at the times of its usage. */
export function callersOf(plan: PlannedKey, keyId: string, now: number): readonly CallerEntry[] {
  const { callers = [], rotatedDaysAgo = [] } = plan
  const current = 1 + rotatedDaysAgo.length
  const rotatedAt = now - Math.min(...rotatedDaysAgo) * dayMs
  const entries = entriesOf(plan, keyId, now)
  const lastUse = (version: number): number =>
    Math.max(...entries.filter((entry) => entry.version === version).map(({ lastUsedAt }) => lastUsedAt))
  return callers.map(({ network, agent, secret, hoursEarlier = 0 }) => {
    const version = secret === undefined ? current : current - 1
    const latest = secret === 'formerly' ? rotatedAt - 60_000 : lastUse(version)
    const lastUsedAt = Math.round(latest - hoursEarlier * hourMs)
    return { workspaceId: 'acme', keyId, version, network, agent, lastUsedAt }
  })
}

/** Of what was lacked, a product counts only what it declares. */
function knownTo(
  isDeclared: (permission: string) => boolean,
  denied: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const known: Record<string, number> = {}
  for (const [cause, count] of Object.entries(denied)) {
    const [code = '', lacked = ''] = cause.split(' ')
    const name = lacked !== '' && isDeclared(lacked) ? cause : code
    known[name] = (known[name] ?? 0) + count
  }
  return known
}

function entriesOf(plan: PlannedKey, keyId: string, now: number): readonly UsageEntry[] {
  const { use, createdDaysAgo, rotatedDaysAgo = [] } = plan
  if (use === undefined) return []
  const random = randomFrom(plan.name)
  const first = now - Math.min(createdDaysAgo - 0.05, Math.max(90, (use.untilDaysAgo ?? 0) + 3)) * dayMs
  const last = now - (use.untilDaysAgo ?? 0) * dayMs - 1
  const rotations = rotatedDaysAgo.map((days) => now - days * dayMs).toSorted((a, b) => a - b)
  const entries: UsageEntry[] = []
  // What is left over of the previous secret's share, so that it also comes up where requests are few.
  let owed = 0
  for (let hour = Math.ceil(first / hourMs) * hourMs; hour <= last; hour += hourMs) {
    const requests = requestsIn(hour, use, (hour - (now - 90 * dayMs)) / (90 * dayMs), random)
    if (requests === 0) continue
    const version = 1 + rotations.filter((at) => at <= hour).length
    const isOverlap = version > 1 && hour - (rotations[version - 2] ?? 0) < dayMs
    owed += isOverlap ? requests * (use.previousShare ?? 0) : 0
    const former = Math.floor(owed)
    owed -= former
    const at = Math.min(hour + hourMs - 60_000 - Math.floor(random() * 600_000), now - 40_000)
    const refusal =
      use.refused !== undefined && hour >= now - use.refused.sinceDaysAgo * dayMs ? use.refused.code : undefined
    const parts = [
      { version, requests: requests - former },
      { version: version - 1, requests: former },
    ]
    for (const part of parts) {
      if (part.requests > 0) entries.push(entryOf(keyId, part.version, hour, part.requests, at, use, refusal, random))
    }
  }
  return entries
}

function entryOf(
  keyId: string,
  version: number,
  hour: number,
  requests: number,
  lastUsedAt: number,
  { denied: shares = {}, errors = 0.002 }: NonNullable<PlannedKey['use']>,
  refusal: string | undefined,
  random: () => number,
): UsageEntry {
  if (refusal !== undefined) {
    const denied = { [refusal]: requests }
    const counts = { requests, allowed: 0, denied, clientErrors: 0, serverErrors: 0, lastUsedAt }
    return { workspaceId: 'acme', keyId, version, hour, ...counts }
  }
  const some = (share: number): number => Math.floor(requests * share * (0.5 + random()) + random())
  const denied: Record<string, number> = {}
  let left = requests
  for (const [code, share] of Object.entries(shares)) {
    const count = Math.min(left, some(share))
    if (count > 0) denied[code] = count
    left -= count
  }
  const serverErrors = Math.min(left, Math.floor(left * errors * 2 * random() + random() * 0.7))
  return {
    workspaceId: 'acme',
    keyId,
    version,
    hour,
    requests,
    allowed: left,
    denied,
    clientErrors: Math.min(left - serverErrors, Math.floor(left * 0.01 * random())),
    serverErrors,
    lastUsedAt,
  }
}

function requestsIn(hour: number, use: NonNullable<PlannedKey['use']>, grown: number, random: () => number): number {
  const { perDay, weekend = 0.35, growth = 0.3, hours } = use
  const date = new Date(hour)
  const hourOfDay = date.getUTCHours()
  if (hours !== undefined && !hours.includes(hourOfDay)) return 0
  const isWeekend = date.getUTCDay() % 6 === 0
  const byHour =
    hours === undefined ? (1 + 0.7 * Math.sin(((hourOfDay - 8) / 24) * 2 * Math.PI)) / 24 : 1 / hours.length
  const expected = perDay * byHour * (isWeekend ? weekend : 1) * (1 - growth / 2 + growth * grown)
  return Math.max(0, Math.round(expected * (0.75 + 0.5 * random()) + random() - 0.5))
}

/** A small generator of numbers from 0 to 1 (mulberry32), the same ones for the same text. */
function randomFrom(text: string): () => number {
  let state = Array.from(text).reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7)
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
