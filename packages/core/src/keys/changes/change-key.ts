import { ConflictError, KeyEndedError } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import type { KeyRecord } from '../../store/records.ts'
import { keyStatus } from '../../store/status.ts'
import type { Write } from '../../store/store.ts'
import type { ProposedChange } from '../../writing/commits.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { findVisible } from '../reading/read-keys.ts'
import { isStored } from '../reading/stored.ts'
import { commitFor } from '../rules/acting.ts'
import { activityEntry, changedFacts, type KeyAction, keyFacts } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { type Key, keyFromRecord } from '../shapes/key.ts'

/** A key after a change; revision and time of the change are added on the way. */
export interface ChangedKey {
  readonly record: KeyRecord
  /** Other records that must be as they were read for the change to hold. */
  readonly besides?: readonly Write[]
  /** Why, for the log. */
  readonly reason?: string | null
  /** What it was in the end, where that is not what was asked for. */
  readonly action?: KeyAction
}

/**
 * The record after the change; undefined when nothing changes. Called again when another writer
 * changed the key meanwhile. Throws when it may not be.
 */
export type Decide = (record: KeyRecord, now: number) => ChangedKey | undefined | Promise<ChangedKey | undefined>

// A service account is written with every key that comes to it, from every process: losing a few times is no fault.
const attempts = 20

/**
 * One step in the life of a key: read it, decide, compare and set, log, tell. When nothing changes, nothing is
 * written. What takes trust away goes another way: `withdrawFromKey`.
 *
 * @throws {KeyNotFoundError} @throws {ConflictError} when others changed the key at every attempt
 * @throws {UnavailableError} when the outcome is unknown
 */
export async function changeKey(
  parts: ManagerParts,
  actor: Actor,
  id: string,
  action: KeyAction,
  decide: Decide,
): Promise<Key> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await findVisible(parts, actor, id)
    const key = await tryToChangeKey(parts, actor, before, action, decide)
    if (key !== undefined) return key
  }
  throw new ConflictError()
}

/** One attempt of `changeKey`, on the record as it was read. Undefined when another writer was first. */
export async function tryToChangeKey(
  parts: ManagerParts,
  actor: Actor,
  before: KeyRecord,
  action: KeyAction,
  decide: Decide,
): Promise<Key | undefined> {
  const decided = await decide(before, parts.clock.now())
  if (decided === undefined) return keyFromRecord(before, parts.policy, parts.clock.now())
  const after = nextRevision(before, decided.record, parts.clock.now())
  const change = keyChange(parts, actor, action, before, after, decided)
  const isDone = await commitFor(parts, actor, change).then(
    ({ ok }) => ok,
    async (error: unknown) => {
      if (await isStored(parts.store, after)) return true
      throw error
    },
  )
  if (!isDone) return undefined
  const key = keyFromRecord(after, parts.policy, after.updatedAt)
  parts.events.key(action, actor, key)
  return key
}

/** A changed record, ready to be stored. */
export function nextRevision(before: KeyRecord, changed: KeyRecord, now: number): KeyRecord {
  return { ...changed, revision: before.revision + 1, updatedAt: now }
}

/** The change that stores a record in place of another, with its line in the log. */
export function keyChange(
  { generate }: Pick<ManagerParts, 'generate'>,
  actor: Actor,
  action: KeyAction,
  before: KeyRecord,
  after: KeyRecord,
  changed: Pick<ChangedKey, 'besides' | 'reason'>,
): ProposedChange {
  const { besides = [], reason = null } = bare(changed)
  const now = after.updatedAt
  const facts = changedFacts(keyFacts(before, now), keyFacts(after, now))
  const told = reason === null ? facts : { before: facts.before, after: { ...facts.after, reason } }
  return {
    writes: [{ type: 'key', record: after, expectedRevision: before.revision }, ...besides],
    activity: [activityEntry(generate.id(), now, actor, action, { type: 'key', id: before.id }, told)],
    announcements: [{ type: 'key', id: before.id }],
  }
}

/** @throws {KeyEndedError} for a key that is revoked or expired */
export function requireAlive(record: KeyRecord, now: number): void {
  const status = keyStatus(record, now)
  if (status === 'revoked' || status === 'expired') throw new KeyEndedError(status)
}
