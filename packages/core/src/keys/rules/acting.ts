import { narrowedAddresses } from '../../addresses/address-list.ts'
import type { BoundedStore, LockedTarget } from '../../bounds/bounded-store.types.ts'
import { ForbiddenError } from '../../errors/errors.ts'
import type { RevokedKeys } from '../../following/revoked.ts'
import { grantSet } from '../../permissions/match.ts'
import { everything, meet, undeclaredTypes } from '../../restrictions/selection.ts'
import { requireKnownRestrictions } from '../../restrictions/unknown.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord, SecretRecord } from '../../store/records.ts'
import type { CommitResult, LockedRecord } from '../../store/store.ts'
import type { RefusalCode } from '../../verification/verification.ts'
import { stateRefusal } from '../../verify/judge.ts'
import type { Owners } from '../../verify/owners.ts'
import type { Commits, ProposedChange } from '../../writing/commits.ts'
import type { Actor } from '../shapes/actor.ts'
import { endOf } from './ceiling.ts'

/*
 * A key that acts is an actor only as long as it would pass a verification. Its manager may be kept for years, so the key
 * is read at each call, and looked at again, locked, when something is written: what a key began, it does not end once
 * it was revoked.
 */

/** Lets actors act only while they may. */
export interface Acting {
  /**
   * The actor as it may act now: a key that acts, bounded by what it and its owner hold at this moment. Others as they are.
   *
   * @throws {ForbiddenError} for a key that a verification would refuse
   * @throws {UnavailableError} when store or owner lookup fail
   */
  present(actor: Actor): Promise<Actor>
  /**
   * Looks at a key that acts, as it is stored.
   *
   * @throws {ForbiddenError} when its state is no good
   * @throws {UnavailableError} when it is restricted by what this version does not know
   */
  requirePresent(actor: Actor, stored: LockedRecord, now: number): PresentKey
  /** Commits for an actor: a key that acts must still be good when the change is stored. */
  commit(actor: Actor, change: ProposedChange): Promise<CommitResult>
}

/** A key that acts, and the secret that it acts by. */
export interface PresentKey {
  readonly record: KeyRecord
  readonly secret: SecretRecord
}

/** What acting is made of. */
export interface ActingParts {
  readonly store: Pick<BoundedStore, 'key'>
  readonly commits: Commits
  readonly revoked: Pick<RevokedKeys, 'judged'>
  readonly owners: Owners
  /** The declared types of resources. */
  readonly resources: readonly string[]
  readonly clock: Clock
}

/** Makes the judge of those who act. */
export function createActing({ store, commits, revoked, owners, resources, clock }: ActingParts): Acting {
  const requirePresent: Acting['requirePresent'] = (actor, stored, now) => {
    const present = requireGood(actor, stored, now, (record) => revoked.judged(record))
    requireKnownRestrictions(present.record)
    return present
  }

  return {
    requirePresent,

    async present(actor) {
      if (actor.type !== 'key') return actor
      const stored = await store.key(actor.workspaceId, actor.id)
      const { secret, record } = requirePresent(actor, stored, clock.now())
      const owner = owners.unbounded(record) ?? (await owners.read(record))
      const { grants } = owner
      if (grants === null) throw over('owner_gone')
      if (undeclaredTypes(record.resources, resources).length > 0) throw over('resource_not_allowed')
      const own = grantSet(record.permissions)
      const ends = [endOf(actor), record.expiresAt, secret.endsAt].filter((end) => end !== null)
      return {
        ...actor,
        permissions: actor.permissions.filter((grant) => own.covers(grant) && grants.covers(grant)),
        resources: meet(actor.resources ?? everything, meet(record.resources, owner.resources)),
        ...(actor.owner !== undefined && { owner: record.owner }),
        expiresAt: ends.length === 0 ? null : new Date(Math.min(...ends)),
        allowedAddresses: narrowedAddresses(actor.allowedAddresses ?? [], record.allowedAddresses),
      }
    },

    async commit(actor, change) {
      if (actor.type !== 'key') return commits.commit(change)
      const written = change.writes.flatMap((write): readonly LockedTarget[] =>
        write.type === 'idempotency' ? [] : [{ type: write.type, id: write.record.id, workspaceId: actor.workspaceId }],
      )
      const others = written.filter(({ type, id }) => type !== 'key' || id !== actor.id)
      const result = await commits.commitLocked({
        targets: [...actingTarget(actor), ...others],
        urgency: 'ordinary',
        decide([acting = null], now) {
          requirePresent(actor, acting, now)
          return change
        },
      })
      // It always gives a change to write, or throws.
      return result as CommitResult
    },
  }
}

function requireGood(
  actor: Actor,
  stored: LockedRecord,
  now: number,
  judged: (record: KeyRecord) => KeyRecord,
): PresentKey {
  const isKey = stored !== null && stored !== 'corrupt' && 'secrets' in stored
  if (!isKey || stored.workspaceId !== actor.workspaceId) throw over('invalid_key')
  const record = judged(stored)
  const secret = secretOf(record, actor)
  if (secret === undefined) throw over('key_rotated')
  const refused = stateRefusal(record, secret, now)
  if (refused !== undefined) throw over(refused.code)
  return { record, secret }
}

/**
 * As `requirePresent`, for what is carried on after its caller was told that it is not stored yet: the key must have been good when it
 * asked. A later end, by any actor, takes nothing back.
 */
export function requireWasPresent(actor: Actor, stored: LockedRecord, askedAt: number): void {
  const isKey = stored !== null && stored !== 'corrupt' && 'secrets' in stored
  const then = isKey
    ? { ...stored, revokedAt: until(stored.revokedAt, askedAt), disabledAt: until(stored.disabledAt, askedAt) }
    : stored
  requireGood(actor, then, askedAt, (record) => record)
}

function until(at: number | null, askedAt: number): number | null {
  return at !== null && at < askedAt ? at : null
}

/** What has to be locked for an actor to act: the key that it is. */
export function actingTarget({ type, id, workspaceId }: Actor): readonly LockedTarget[] {
  return type === 'key' ? [{ type: 'key', id, workspaceId }] : []
}

/** The secret a key acts by: the current one, unless the actor says which. */
function secretOf({ secrets }: KeyRecord, { secretVersion }: Actor): SecretRecord | undefined {
  return secretVersion === undefined ? secrets[0] : secrets.find(({ version }) => version === secretVersion)
}

function over(code: RefusalCode): ForbiddenError {
  return new ForbiddenError('act', `This actor is a key that a verification would refuse now: ${code}.`)
}
