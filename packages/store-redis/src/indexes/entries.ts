import {
  type IdempotencyRecord,
  idempotencyId,
  type KeyRecord,
  reminderPlaces,
  reminders,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import { escaped, type KeyNames } from '../names.ts'
import { cursorOf, textMember } from './cursors.ts'
import type { IndexEntry, Operation } from './operation.ts'

/** Where a key is listed. A change of the record is a change of these. */
export function keyEntries(names: KeyNames, record: KeyRecord): IndexEntry[] {
  const { workspaceId, owner, expiresAt, disabledAt, ownerGoneAt, revokedAt, lastUsedAt } = record
  const [current, previous] = record.secrets
  const member = cursorOf({ at: record.createdAt, id: record.id })
  const entries: (IndexEntry | false)[] = [
    { set: names.byCreation(workspaceId), score: 0, member },
    { set: names.byOwner(workspaceId, owner), score: 0, member },
    { set: names.byOwnerType(workspaceId, owner.type), score: 0, member },
    { set: names.byEnvironment(workspaceId, record.environment), score: 0, member },
    { set: names.byName(workspaceId), score: 0, member: textMember(record.name.toLowerCase(), member) },
    { set: names.byTokenEnd(workspaceId), score: 0, member: textMember(current.hint.slice(-4), member) },
    { set: names.bySecretAge(workspaceId), score: current.createdAt, member },
    previous !== undefined &&
      previous.endsAt !== null && { set: names.byOverlapEnd(workspaceId), score: previous.endsAt, member },
    disabledAt === null && revokedAt === null && { set: names.enabled(workspaceId), score: 0, member },
    disabledAt !== null && { set: names.disabled(workspaceId), score: disabledAt, member },
    revokedAt !== null && { set: names.revoked(workspaceId), score: revokedAt, member },
    expiresAt !== null && { set: names.byExpiry(workspaceId), score: expiresAt, member },
    ownerGoneAt !== null && { set: names.ownerGone(workspaceId), score: ownerGoneAt, member },
    revokedAt !== null && { set: names.revokedKeys, score: revokedAt, member: record.id },
    revokedAt === null && expiresAt !== null && { set: names.expiringKeys, score: expiresAt, member: record.id },
    lastUsedAt === null
      ? { set: names.neverUsed(workspaceId), score: 0, member }
      : { set: names.byLastUse(workspaceId), score: lastUsedAt, member },
    ...reminderEntries(names, record),
  ]
  return entries.filter((entry) => entry !== false)
}

function reminderEntries(names: KeyNames, record: KeyRecord): readonly IndexEntry[] {
  const places = reminderPlaces(record)
  return reminders.flatMap((reminder) => {
    const score = places[reminder]
    return score === null ? [] : [{ set: names.reminders[reminder], score, member: record.id }]
  })
}

/** Where a service account is listed. */
export function serviceAccountEntries(names: KeyNames, account: ServiceAccountRecord): IndexEntry[] {
  const member = cursorOf({ at: account.createdAt, id: account.id })
  const listed = { set: names.serviceAccounts(account.workspaceId), score: 0, member }
  if (account.deletedAt === null) {
    return [listed, { set: names.livingServiceAccounts(account.workspaceId), score: 0, member }]
  }
  return [listed, { set: names.deletedServiceAccounts, score: account.deletedAt, member: escaped(account.id) }]
}

/** Where an idempotency row is listed. */
export function idempotencyEntries(names: KeyNames, record: IdempotencyRecord): IndexEntry[] {
  return [{ set: names.idempotencyByAge, score: record.createdAt, member: idempotencyId(record) }]
}

/** What turns one list of entries into another. */
export function difference(before: readonly IndexEntry[], after: readonly IndexEntry[]): Operation[] {
  const scores = new Map(before.map((entry) => [identity(entry), entry.score]))
  const kept = new Set(after.map(identity))
  return [
    ...after
      .filter((entry) => scores.get(identity(entry)) !== entry.score)
      .map((entry) => ({ ...entry, type }) as const),
    ...before
      .filter((entry) => !kept.has(identity(entry)))
      .map(({ set, member }) => ({ type: 'ZREM', set, member }) as const),
  ]
}

const type = 'ZADD'

function identity({ set, member }: IndexEntry): string {
  return `${set}\n${member}`
}
