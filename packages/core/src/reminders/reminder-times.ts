import type { KeyPolicy } from '../keys/shapes/policy.ts'
import type { DueQuery, Reminder } from '../store/due.ts'

/** Which reminders are sent, and when. Milliseconds; `Infinity` for never, or without limit. */
export interface ReminderTimes {
  /** How often this process looks by itself. */
  readonly everyMs: number
  /** How long before its end a key is reminded of. */
  readonly expiringMs: number
  readonly isSent: Readonly<Record<Reminder, boolean>>
  /** How long ago a cause may be for its reminder to be sent. */
  readonly lookBackMs: number
}

/** The question to the store: which keys need this reminder at an instant? Undefined: none ever does. Pure. */
export function dueRange(
  reminder: Reminder,
  times: ReminderTimes,
  policy: Pick<KeyPolicy, 'rotateAfterMs' | 'unusedAfterMs'>,
  now: number,
): Pick<DueQuery, 'at' | 'since' | 'before'> | undefined {
  if (!times.isSent[reminder]) return undefined
  // After its end, a reminder is too late.
  if (reminder === 'expiring') return { at: now, since: now + 1, before: Math.min(latest, now + times.expiringMs + 1) }
  const ageMs = { rotationDue: policy.rotateAfterMs, unused: policy.unusedAfterMs, ownerGone: 0 }[reminder]
  if (ageMs === Number.POSITIVE_INFINITY) return undefined
  const before = Math.max(0, now - ageMs + 1)
  return { at: now, since: Math.max(0, before - times.lookBackMs), before }
}

const latest = 8.64e15
