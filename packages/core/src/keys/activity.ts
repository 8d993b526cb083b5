import type { Clock } from '../clock.ts'
import type { Activity, Json, KeyRecord } from '../store/records.ts'
import type { Actor } from './actor.ts'

/** Makes one line of the activity log about a key. */
export function keyActivity(
  id: string,
  clock: Clock,
  actor: Actor,
  action: string,
  key: KeyRecord,
  change: { readonly before: Facts | null; readonly after: Facts | null },
): Activity {
  return {
    id,
    workspaceId: actor.workspaceId,
    at: clock.now(),
    actor: { type: actor.type, id: actor.id },
    action,
    target: { type: 'key', id: key.id },
    ...change,
    origin: null,
  }
}

/** Fields of a key that may stand in the log: never `secrets`. */
export type Facts = Readonly<Record<string, Json>>

/** What the log keeps of a new key. */
export function factsOf(record: KeyRecord): Facts {
  const { name, environment, permissions, owner, expiresAt } = record
  return { name, environment, permissions, owner: { ...owner }, expiresAt }
}
