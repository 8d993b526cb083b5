import { pendingReminder, type Reminder } from '../store/due.ts'
import type { KeyRecord } from '../store/records.ts'

/*
 * What a key's record says about its reminders. `expiring`: when that one was sent. `expiring.claimed`: when a process
 * began to send it. A claim ends when it is settled, or, where its process died, by itself.
 */

/** Longer than all that a process does between a claim and its settlement. */
const claimMs = 600_000

const claimOf = (reminder: Reminder): string => `${reminder}.claimed`

/** Whether some process is sending a reminder at this moment. Pure. */
export function isClaimed({ reminders }: Pick<KeyRecord, 'reminders'>, reminder: Reminder, now: number): boolean {
  const claimedAt = reminders[claimOf(reminder)]
  // One of a clock that is far ahead must not hold for as long as that.
  return claimedAt !== undefined && Math.abs(now - claimedAt) < claimMs
}

/** The record of a key that this process claims; undefined when there is nothing to send, or another sends it. Pure. */
export function claimed(record: KeyRecord, reminder: Reminder, now: number): KeyRecord | undefined {
  if (pendingReminder(record, reminder) === null || isClaimed(record, reminder, now)) return undefined
  return { ...record, reminders: { ...record.reminders, [claimOf(reminder)]: now } }
}

/**
 * The record after a claim that this process made at an instant: sent, or given back. Undefined when the claim is
 * another's by now. Pure.
 *
 * @param cause of what was sent; of another one, nothing was. Undefined: it was not sent
 */
export function settled(
  record: KeyRecord,
  reminder: Reminder,
  claimedAt: number,
  cause: number | undefined,
  now: number,
): KeyRecord | undefined {
  if (record.reminders[claimOf(reminder)] !== claimedAt) return undefined
  const { [claimOf(reminder)]: _, ...others } = record.reminders
  const isSent = cause !== undefined && pendingReminder(record, reminder) === cause
  return { ...record, reminders: isSent ? { ...others, [reminder]: now } : others }
}
