import type { KeyRecord } from './records.ts'

/**
 * What a key's owner can be reminded of. Each is sent once for its cause, and has an instant that the cause is known by:
 *
 * - `expiring`: when the key expires. Another expiry is another cause: a change of it takes the note away.
 * - `rotationDue`: when the current secret was made.
 * - `unused`: the last use, or the creation of a key that was never used.
 * - `ownerGone`: when the owner was found gone.
 */
export type Reminder = 'expiring' | 'rotationDue' | 'unused' | 'ownerGone'

/** Every reminder, the most urgent first. */
export const reminders: readonly Reminder[] = ['expiring', 'ownerGone', 'rotationDue', 'unused']

/** What `due` asks a store: keys whose reminder was not sent, by the instant of its cause. */
export interface DueQuery {
  readonly reminder: Reminder
  /** Now: a key that has expired is not due. */
  readonly at: number
  /** Inclusive. */
  readonly since: number
  /** Exclusive. */
  readonly before: number
  readonly cursor?: string
  /** 1 to 100. */
  readonly limit: number
}

type Reminded = Pick<
  KeyRecord,
  'secrets' | 'createdAt' | 'expiresAt' | 'revokedAt' | 'ownerGoneAt' | 'lastUsedAt' | 'reminders'
>

/**
 * The instant of a reminder's cause, as long as the reminder was not sent; null when there is no cause, it was sent, or
 * the key is revoked. Pure.
 *
 * @example
 * console.log(pendingReminder(record, 'expiring')) // when it expires
 */
export function pendingReminder(record: Reminded, reminder: Reminder): number | null {
  if (record.revokedAt !== null) return null
  const sentAt = record.reminders[reminder]
  if (reminder === 'expiring') return sentAt === undefined ? record.expiresAt : null
  const causedAt = causeOf(record, reminder)
  if (causedAt === null || sentAt === undefined) return causedAt
  // An owner may be found gone and reported within a millisecond; the other causes lie far behind what is sent.
  const isSent = reminder === 'ownerGone' ? sentAt >= causedAt : sentAt > causedAt
  return isSent ? null : causedAt
}

function causeOf(record: Reminded, reminder: Exclude<Reminder, 'expiring'>): number | null {
  switch (reminder) {
    case 'rotationDue':
      return record.secrets[0].createdAt
    case 'unused':
      return record.lastUsedAt ?? record.createdAt
    case 'ownerGone':
      return record.ownerGoneAt
  }
}

/** For each reminder, the instant under which an index has to list a key; null: not at all. */
export type ReminderPlaces = Readonly<Record<Reminder, number | null>>

/**
 * Where an index lists a key, for stores that keep one: under the instants of causes whose reminders were not sent. For
 * `unused` it is an instant up to which there is nothing to send, so that uses need not move the key: see `walkUnused`.
 * Pure.
 *
 * @example
 * console.log(reminderPlaces(record).expiring)
 */
export function reminderPlaces(record: Reminded): ReminderPlaces {
  const { revokedAt, lastUsedAt, createdAt, reminders: sent } = record
  return {
    expiring: pendingReminder(record, 'expiring'),
    rotationDue: pendingReminder(record, 'rotationDue'),
    unused: revokedAt === null ? Math.max(lastUsedAt ?? createdAt, sent.unused ?? 0) : null,
    ownerGone: pendingReminder(record, 'ownerGone'),
  }
}

/**
 * Whether a key answers a query: the meaning of every `DueQuery` field but `cursor` and `limit`. Pure.
 *
 * @example
 * const now = Date.now()
 * const query = { reminder: 'expiring', at: now, since: now + 1, before: now + 86_400_000, limit: 10 } as const
 * console.log([record].filter((key) => isDue(key, query)).length)
 */
export function isDue(record: Reminded, { reminder, at, since, before }: Omit<DueQuery, 'cursor'>): boolean {
  const causedAt = pendingReminder(record, reminder)
  const hasExpired = record.expiresAt !== null && record.expiresAt <= at
  return causedAt !== null && causedAt >= since && causedAt < before && !hasExpired
}

/** The notes of a changed key: another expiry is another cause. Pure. */
export function remindersOf(
  before: Pick<KeyRecord, 'expiresAt'>,
  { expiresAt, reminders }: Pick<KeyRecord, 'expiresAt' | 'reminders'>,
): KeyRecord['reminders'] {
  if (expiresAt === before.expiresAt || reminders.expiring === undefined) return reminders
  const { expiring: _, ...others } = reminders
  return others
}
