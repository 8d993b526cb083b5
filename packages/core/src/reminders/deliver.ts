import type { KeyReminder } from '../keys/changes/events.ts'
import { keyFromRecord } from '../keys/shapes/key.ts'
import type { KeyPolicy } from '../keys/shapes/policy.ts'
import type { ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import { pendingReminder, type Reminder } from '../store/due.ts'
import type { KeyRecord } from '../store/records.ts'
import { keyStatus } from '../store/status.ts'
import type { Commits } from '../writing/commits.ts'
import { claimed, isClaimed, settled } from './notes.ts'

/** Whom reminders are told. It rejects, or throws, when one could not be delivered. */
export type ReminderHandler = (event: KeyReminder) => unknown

/** How a delivery ended. `skipped`: there was nothing to deliver, or another process does. */
export type Outcome = 'sent' | 'failed' | 'skipped'

/** What delivering is made of. */
export interface DeliveryParts {
  readonly commits: Pick<Commits, 'commitLocked'>
  /** Whether the store decides under its lock: a silent change wins there, and only there. */
  readonly isLocking: boolean
  readonly policy: KeyPolicy
  readonly clock: Clock
  readonly report: ReportFault
}

// A delivery that takes longer has failed.
const deliveryMs = 30_000

/**
 * Makes what delivers one reminder: claims it, tells the handler, and notes that it was sent. Of all processes one gets
 * the claim; where it dies, the claim ends by itself, and the reminder is sent again.
 */
export function createDelivery(
  parts: DeliveryParts,
): (handler: ReminderHandler, reminder: Reminder, record: KeyRecord) => Promise<Outcome> {
  const { policy, clock, report } = parts

  return async (handler, reminder, record) => {
    if (!isDeliverable(record, reminder, clock.now())) return 'skipped'
    let mine: KeyRecord | undefined
    const claimedAt = clock.now()
    const wasClaimed = await change(parts, record, (stored) => {
      mine = isDeliverable(stored, reminder, claimedAt) ? stored : undefined
      return mine && claimed(mine, reminder, claimedAt)
    })
    const cause = mine === undefined ? null : pendingReminder(mine, reminder)
    if (!wasClaimed || mine === undefined || cause === null) return 'skipped'
    const failure = await told(clock, () => handler(reminderEvent(mine as KeyRecord, reminder, policy, claimedAt)))
    if (failure !== undefined) report(failure.error, 'remind', { keyId: record.id, reminder })
    const sent = failure === undefined ? cause : undefined
    try {
      await change(parts, record, (stored) => settled(stored, reminder, claimedAt, sent, clock.now()))
    } catch (error) {
      // It was delivered nevertheless; until the claim ends, no one sends it again.
      report(error, 'remind', { keyId: record.id, reminder })
    }
    return failure === undefined ? 'sent' : 'failed'
  }
}

/** Tells a handler of one reminder, and changes nothing. */
export async function deliverDry(
  { policy, clock }: Pick<DeliveryParts, 'policy' | 'clock'>,
  handler: ReminderHandler,
  reminder: Reminder,
  record: KeyRecord,
): Promise<Outcome> {
  if (!isDeliverable(record, reminder, clock.now())) return 'skipped'
  await handler(reminderEvent(record, reminder, policy, clock.now()))
  return 'sent'
}

/** An ended key needs no reminder, and one that is being sent none more. */
function isDeliverable(record: KeyRecord, reminder: Reminder, now: number): boolean {
  const status = keyStatus(record, now)
  return (
    status !== 'revoked' &&
    status !== 'expired' &&
    pendingReminder(record, reminder) !== null &&
    !isClaimed(record, reminder, now)
  )
}

/** Changes the notes of a key, silently where that is safe. Gives whether it was this process that did. */
async function change(
  { commits, isLocking }: DeliveryParts,
  { id, workspaceId }: KeyRecord,
  next: (stored: KeyRecord) => KeyRecord | undefined,
): Promise<boolean> {
  const result = await commits.commitLocked({
    targets: [{ type: 'key', id, workspaceId }],
    urgency: 'ordinary',
    decide([stored]) {
      if (stored === undefined || stored === null || stored === 'corrupt' || !('secrets' in stored)) return undefined
      const record = next(stored)
      if (record === undefined) return undefined
      const revision = isLocking ? stored.revision : stored.revision + 1
      return {
        writes: [{ type: 'key', record: { ...record, revision }, expectedRevision: stored.revision }],
        activity: [],
        announcements: [],
        silent: isLocking,
      }
    },
  })
  return result?.ok === true
}

function reminderEvent(record: KeyRecord, reminder: Reminder, policy: KeyPolicy, now: number): KeyReminder {
  const cause = pendingReminder(record, reminder) ?? now
  return {
    type: `key.${reminder}`,
    id: `${record.id}.${reminder}.${cause}`,
    at: new Date(now),
    workspaceId: record.workspaceId,
    actor: { type: 'system', id: 'claviger' },
    key: keyFromRecord(record, policy, now),
    cause: new Date(reminder === 'rotationDue' ? cause + policy.rotateAfterMs : cause),
  }
}

/** What a handler threw, or that it took too long; undefined when it has done its work. */
function told(clock: Clock, tell: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(deliveryMs, () => {
      resolve({ error: new Error(`onEvent has not finished with a reminder for ${deliveryMs / 1_000} s.`) })
    })
    const end = (failure: { readonly error: unknown } | undefined): void => {
      cancel()
      resolve(failure)
    }
    Promise.resolve()
      .then(tell)
      .then(
        () => end(undefined),
        (error: unknown) => end({ error }),
      )
  })
}
