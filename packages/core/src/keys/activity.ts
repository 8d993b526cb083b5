import type { Activity, Json, KeyRecord, ServiceAccount } from '../store/records.ts'
import { keyStatus } from '../store/status.ts'
import type { Actor } from './actor.ts'

/** What can be done to keys and service accounts, as the activity log and `onEvent` name it. */
export type KeyAction =
  | 'key.created'
  | 'key.updated'
  | 'key.rotated'
  | 'key.overlapEnded'
  | 'key.disabled'
  | 'key.enabled'
  | 'key.transferred'
  | 'key.revoked'

/** What can be done to service accounts. */
export type ServiceAccountAction = 'serviceAccount.created' | 'serviceAccount.updated' | 'serviceAccount.deleted'

/** Fields that may stand in the log: never `secrets`. */
export type Facts = Readonly<Record<string, Json>>

/** Makes one line of the activity log. Pure. */
export function activityEntry(
  id: string,
  at: number,
  actor: Actor,
  action: KeyAction | ServiceAccountAction,
  target: Activity['target'],
  change: Pick<Activity, 'before' | 'after'>,
): Activity {
  const { type, id: actorId, workspaceId, origin = null } = actor
  return { id, workspaceId, at, actor: { type, id: actorId }, action, target, ...change, origin }
}

/** What the log keeps of a key, judged at `at`. */
export function keyFacts(record: KeyRecord, at: number): Facts {
  const { name, description, environment, permissions, owner, metadata, expiresAt } = record
  const [current, previous] = record.secrets
  const overlapEndsAt = previous?.endsAt ?? null
  return {
    name,
    description,
    environment,
    permissions,
    owner: { ...owner },
    metadata: { ...metadata },
    expiresAt,
    status: keyStatus(record, at),
    secretVersion: current.version,
    overlapEndsAt: overlapEndsAt === null || overlapEndsAt <= at ? null : overlapEndsAt,
  }
}

/** What the log keeps of a service account. */
export function serviceAccountFacts({ name, description, permissions, deletedAt }: ServiceAccount): Facts {
  return { name, description, permissions, deletedAt }
}

/** The facts that differ, before and after. Pure. */
export function changedFacts(before: Facts, after: Facts): { readonly before: Facts; readonly after: Facts } {
  const changed = Object.keys(after).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  const pick = (facts: Facts): Facts => Object.fromEntries(changed.map((field) => [field, facts[field] ?? null]))
  return { before: pick(before), after: pick(after) }
}
