import type { Activity, JsonValue, KeyRecord, ServiceAccountRecord } from '../../store/records.ts'
import { keyStatus } from '../../store/status.ts'
import type { Actor } from './actor.ts'

/** What can be done to keys and service accounts, as the activity log and `onEvent` name it. */
export type KeyAction =
  | 'key.created'
  | 'key.imported'
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
export type ActivityFacts = Readonly<Record<string, JsonValue>>

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
  // A checked one has no field that is undefined.
  const from = origin as Activity['origin']
  return { id, workspaceId, at, actor: { type, id: actorId }, action, target, ...change, origin: from }
}

/** What of a key the log tells the changes of, judged at `at`. */
export function keyFacts(record: KeyRecord, at: number): ActivityFacts {
  const { name, description, environment, permissions, resources, owner, metadata, expiresAt, allowedAddresses } =
    record
  const [current, previous] = record.secrets
  const overlapEndsAt = previous?.endsAt ?? null
  return {
    name,
    description,
    environment,
    permissions,
    resources,
    owner: { ...owner },
    metadata: { ...metadata },
    expiresAt,
    allowedAddresses,
    status: keyStatus(record, at),
    secretVersion: current.version,
    hint: current.hint,
    overlapEndsAt: overlapEndsAt === null || overlapEndsAt <= at ? null : overlapEndsAt,
  }
}

/** What of a service account the log tells the changes of. */
export function serviceAccountFacts({
  name,
  description,
  permissions,
  deletedAt,
}: ServiceAccountRecord): ActivityFacts {
  return { name, description, permissions, deletedAt }
}

/** What a new record is logged with. Pure. */
export function firstFacts({ allowedAddresses = [], ...after }: ActivityFacts): ActivityFacts {
  const isRestricted = Array.isArray(allowedAddresses) && allowedAddresses.length > 0
  return told({ ...after, ...(isRestricted && { allowedAddresses }) }, {})
}

/** The facts that differ, before and after, as the log keeps them. Pure. */
export function changedFacts(
  before: ActivityFacts,
  after: ActivityFacts,
): { readonly before: ActivityFacts; readonly after: ActivityFacts } {
  const changed = Object.keys(after).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  const pick = (facts: ActivityFacts): ActivityFacts =>
    Object.fromEntries(changed.map((field) => [field, facts[field] ?? null]))
  const [was, is] = [pick(before), pick(after)]
  return { before: told(was, is), after: told(is, was) }
}

// A line is kept for long, and one that is written again and again must not fill the database.
const maxGrantsTold = 32
const maxIdsTold = 32
const maxTextTold = 200

/** Facts beside those they are compared with: long texts are cut, long lists counted, and notes named. */
function told(facts: ActivityFacts, others: ActivityFacts): ActivityFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([field, fact]) => {
      if (field === 'metadata') return [field, namesOf(fact, others.metadata)]
      if (field === 'permissions' && Array.isArray(fact)) return [field, grantsOf(fact, others.permissions)]
      if (field === 'resources') return [field, selectionOf(fact, others.resources)]
      return [field, typeof fact === 'string' && fact.length > maxTextTold ? `${cut(fact)}\u2026` : fact]
    }),
  )
}

/** The names of the notes that are not the same in others. */
function namesOf(metadata: JsonValue, others: JsonValue | undefined): readonly string[] {
  const [notes, otherNotes] = [recordOf(metadata), recordOf(others)]
  return Object.keys(notes).filter((name) => notes[name] !== otherNotes[name])
}

function grantsOf(grants: readonly JsonValue[], others: JsonValue | undefined): JsonValue {
  if (grants.length <= maxGrantsTold) return grants
  const otherGrants = new Set(Array.isArray(others) ? others : [])
  const only = grants.filter((grant) => !otherGrants.has(grant))
  return { count: grants.length, only: only.slice(0, maxGrantsTold) }
}

/** The ids of each type, as long as there is room for them; then how many there are, and some that are not in others. */
function selectionOf(selection: JsonValue, others: JsonValue | undefined): JsonValue {
  const [lists, otherLists] = [recordOf(selection), recordOf(others)]
  let room = maxIdsTold
  return Object.fromEntries(
    Object.entries(lists).map(([type, list]): [string, JsonValue] => {
      const ids = Array.isArray(list) ? (list as readonly JsonValue[]) : []
      const otherIds = new Set(Array.isArray(otherLists[type]) ? (otherLists[type] as readonly JsonValue[]) : [])
      const shown = ids.length <= room ? ids : ids.filter((id) => !otherIds.has(id)).slice(0, room)
      room -= shown.length
      return [type, ids.length === shown.length ? shown : { count: ids.length, only: shown }]
    }),
  )
}

/** The beginning, of whole characters. */
function cut(text: string): string {
  return text.slice(0, maxTextTold).replace(/[\ud800-\udbff]$/, '')
}

function recordOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  return Object.assign(Object.create(null), value) as Readonly<Record<string, JsonValue>>
}
