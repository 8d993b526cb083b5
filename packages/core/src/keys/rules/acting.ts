import type { LockedTarget } from '../../bounds/bounded-store.types.ts'
import { ForbiddenError } from '../../errors/errors.ts'
import type { RevokedKeys } from '../../following/revoked.ts'
import { grantSet } from '../../permissions/match.ts'
import type { KeyRecord, SecretRecord } from '../../store/records.ts'
import type { CommitResult, LockedRecord } from '../../store/store.ts'
import type { RefusalCode } from '../../verification/verification.ts'
import { stateRefusal } from '../../verify/judge.ts'
import type { ProposedChange } from '../../writing/commits.ts'
import type { ManagerParts } from '../facade/parts.ts'
import type { Actor } from '../shapes/actor.ts'
import { endOf } from './ceiling.ts'

type ActingParts = Pick<ManagerParts, 'store' | 'commits' | 'clock' | 'revoked' | 'owners' | 'ready'>

/*
 * A key that acts is an actor only as long as it would pass a verification. Its manager may be kept for years, so the key
 * is read at each call, and looked at again, locked, when something is written: what a key began, it does not end once
 * it was revoked.
 */

/**
 * The actor as it may act now: a key that acts, bounded by what it and its owner hold at this moment. Others as they
 * are.
 *
 * @throws {ForbiddenError} for a key that a verification would refuse
 * @throws {UnavailableError} when store or owner lookup fail
 */
export async function presentActor(parts: ActingParts, actor: Actor): Promise<Actor> {
  if (actor.type !== 'key') return actor
  const record = await parts.store.key(actor.workspaceId, actor.id)
  const { secret, record: counted } = requirePresent(parts, actor, record, parts.clock.now())
  const { grants } = parts.owners.unbounded(counted) ?? (await parts.owners.read(counted))
  if (grants === null) throw over('owner_gone')
  const own = grantSet(counted.permissions)
  const ends = [endOf(actor), counted.expiresAt, secret.endsAt].filter((end) => end !== null)
  return {
    ...actor,
    permissions: actor.permissions.filter((grant) => own.covers(grant) && grants.covers(grant)),
    ...(actor.owner !== undefined && { owner: counted.owner }),
    expiresAt: ends.length === 0 ? null : new Date(Math.min(...ends)),
  }
}

/**
 * Looks at a key that acts, as it is stored. Gives the record and the secret it acts by.
 *
 * @throws {ForbiddenError} when its state is no good
 */
export function requirePresent(
  { revoked }: { readonly revoked: Pick<RevokedKeys, 'judged'> },
  actor: Actor,
  stored: LockedRecord,
  now: number,
): { readonly record: KeyRecord; readonly secret: SecretRecord } {
  const isKey = stored !== null && stored !== 'corrupt' && 'secrets' in stored
  if (!isKey || stored.workspaceId !== actor.workspaceId) throw over('invalid_key')
  const record = revoked.judged(stored)
  const secret = secretOf(record, actor)
  if (secret === undefined) throw over('key_rotated')
  const refused = stateRefusal(record, secret, now)
  if (refused !== undefined) throw over(refused.code)
  return { record, secret }
}

/**
 * The same for what is carried on after its caller was told that it is not stored yet: the key must have been good when
 * it asked. A later end, by any actor, takes nothing back.
 */
export function requireWasPresent(actor: Actor, stored: LockedRecord, askedAt: number): void {
  const isKey = stored !== null && stored !== 'corrupt' && 'secrets' in stored
  const then = isKey
    ? { ...stored, revokedAt: until(stored.revokedAt, askedAt), disabledAt: until(stored.disabledAt, askedAt) }
    : stored
  requirePresent({ revoked: { judged: (record) => record } }, actor, then, askedAt)
}

function until(at: number | null, askedAt: number): number | null {
  return at !== null && at < askedAt ? at : null
}

/** What has to be locked for an actor to act: the key that it is. */
export function actingTarget({ type, id, workspaceId }: Actor): readonly LockedTarget[] {
  return type === 'key' ? [{ type: 'key', id, workspaceId }] : []
}

/** Commits for an actor: a key that acts must still be good when the change is stored. */
export async function commitFor(
  parts: Pick<ActingParts, 'commits' | 'revoked'>,
  actor: Actor,
  change: ProposedChange,
): Promise<CommitResult> {
  if (actor.type !== 'key') return parts.commits.commit(change)
  const written = change.writes.flatMap((write): readonly LockedTarget[] =>
    write.type === 'idempotency' ? [] : [{ type: write.type, id: write.record.id, workspaceId: actor.workspaceId }],
  )
  const others = written.filter(({ type, id }) => type !== 'key' || id !== actor.id)
  const result = await parts.commits.commitLocked({
    targets: [...actingTarget(actor), ...others],
    urgency: 'ordinary',
    decide([acting = null], now) {
      requirePresent(parts, actor, acting, now)
      return change
    },
  })
  // It always gives a change to write, or throws.
  return result as CommitResult
}

/** The secret a key acts by: the current one, unless the actor says which. */
function secretOf({ secrets }: KeyRecord, { secretVersion }: Actor): SecretRecord | undefined {
  return secretVersion === undefined ? secrets[0] : secrets.find(({ version }) => version === secretVersion)
}

function over(code: RefusalCode): ForbiddenError {
  return new ForbiddenError('act', `This actor is a key that a verification would refuse now: ${code}.`)
}
