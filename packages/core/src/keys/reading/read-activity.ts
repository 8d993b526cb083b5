import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { ForbiddenError, NotSupportedError, ValidationError } from '../../errors/errors.ts'
import { type Instant, instantMs } from '../../input/instant.ts'
import { bare } from '../../input/plain-fields.ts'
import type { ActivityQuery, ListPage } from '../../store/query.ts'
import type { Activity, ActorRef } from '../../store/records.ts'
import { demand } from '../rules/rights.ts'
import type { ActivityFacts, KeyAction, ServiceAccountAction } from '../shapes/activity.ts'
import type { Actor, Origin } from '../shapes/actor.ts'
import { boundedText, ownFields, parseActorRef, parseLimit } from '../shapes/checks.ts'
import type { Reading } from './reading.ts'

/** One line of the activity log, as it may be shown. */
export interface ActivityEntry {
  readonly id: string
  readonly workspaceId: string
  readonly at: Date
  readonly actor: ActorRef
  readonly action: KeyAction | ServiceAccountAction | (string & {})
  readonly target: { readonly type: 'key' | 'serviceAccount'; readonly id: string }
  /** The changed fields as they were; null for something new. Instants are epoch milliseconds. */
  readonly before: ActivityFacts | null
  /** The changed fields as they became, and the reason where one was given. */
  readonly after: ActivityFacts | null
  /** Where the call came from, if the host told. */
  readonly origin: Origin | null
}

/** What `activity` takes. All given conditions hold together. */
export interface ActivityInput {
  readonly keyId?: string | undefined
  readonly serviceAccountId?: string | undefined
  readonly actor?: ActorRef | undefined
  readonly action?: string | undefined
  /** Inclusive. */
  readonly from?: Instant | undefined
  /** Exclusive. */
  readonly to?: Instant | undefined
  readonly cursor?: string | undefined
  /** 1 to 100. Default 25. */
  readonly limit?: number | undefined
}

const fields: readonly (keyof ActivityInput)[] = [
  'keyId',
  'serviceAccountId',
  'actor',
  'action',
  'from',
  'to',
  'cursor',
  'limit',
]

/** What reading the log is made of. */
export interface ActivityParts {
  readonly store: Pick<BoundedStore, 'activity'>
  readonly reading: Pick<Reading, 'visibleKey' | 'namedAccount'>
}

/**
 * Reads what the actor may see of the log: everything with `listAll`, else one visible key's lines, or its own doings.
 */
export async function readActivity(
  { store, reading }: ActivityParts,
  actor: Actor,
  given: ActivityInput,
): Promise<ListPage<ActivityEntry>> {
  demand(actor, 'viewActivity')
  const input = ownFields<ActivityInput>('activity', given, fields)
  const query = activityQuery(actor, input)
  if (store.activity === undefined) throw new NotSupportedError('activity')
  if (actor.can?.listAll !== true || actor.environment !== undefined)
    await requireSight(reading, actor, input, query.actor)
  const { items, nextCursor } = await store.activity(query)
  return { items: items.map(shownActivity), nextCursor }
}

function activityQuery(self: Actor, input: ActivityInput): ActivityQuery {
  const { keyId, serviceAccountId, actor, action, from, to, cursor } = input
  if (keyId !== undefined && serviceAccountId !== undefined) {
    throw new ValidationError('serviceAccountId', 'Give keyId or serviceAccountId, not both.')
  }
  const targetId = keyId ?? serviceAccountId
  const field = keyId === undefined ? 'serviceAccountId' : 'keyId'
  return bare<ActivityQuery>({
    workspaceId: self.workspaceId,
    limit: parseLimit(input.limit),
    ...(targetId !== undefined && { targetId: boundedText(field, targetId) }),
    ...(actor !== undefined && { actor: parseActorRef(actor) }),
    ...(action !== undefined && { action: boundedText('action', action) }),
    ...(from !== undefined && { from: instantMs('from', from) }),
    ...(to !== undefined && { to: instantMs('to', to) }),
    ...(cursor !== undefined && { cursor: boundedText('cursor', cursor, 2_500) }),
  })
}

async function requireSight(
  reading: ActivityParts['reading'],
  self: Actor,
  { keyId, serviceAccountId }: ActivityInput,
  asked: ActorRef | undefined,
): Promise<void> {
  if (keyId !== undefined) {
    await reading.visibleKey(self, keyId)
    return
  }
  if (serviceAccountId !== undefined && self.can?.manageServiceAccounts === true) {
    // The id of a key in place of an account's must not show the key's entries.
    await reading.namedAccount(self, serviceAccountId)
    return
  }
  if (serviceAccountId === undefined && asked?.type === self.type && asked.id === self.id) return
  throw new ForbiddenError(
    'viewActivity',
    'Without can: { listAll: true }, ask for one key (keyId), or for what you did yourself (actor).',
  )
}

/** A stored line as it may be shown. Pure. */
export function shownActivity({ at, before, after, ...entry }: Activity): ActivityEntry {
  return { ...entry, at: new Date(at), before, after }
}
