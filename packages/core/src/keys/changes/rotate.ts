import { ConflictError, ForbiddenError, RotationInProgressError, ValidationError } from '../../errors/errors.ts'
import { parseDuration } from '../../input/duration.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord, SecretRecord } from '../../store/records.ts'
import type { Write } from '../../store/store.ts'
import type { TokenGrammar } from '../../token/grammar.ts'
import type { Commits } from '../../writing/commits.ts'
import type { Reading } from '../reading/reading.ts'
import { requireAllOf } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { requireAlive } from '../rules/require-alive.ts'
import { demand, mayOwnFor } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import type { ReplayedRotation, RotatedKey, RotateOnceOptions, RotateOptions } from '../shapes/inputs.ts'
import { keyFromRecord, type ManagedKey } from '../shapes/key.ts'
import { type Idempotency, idempotencyOf, replayedKeyId } from './idempotency.ts'
import type { KeyChanges } from './key-kind.ts'
import type { MakeSecret, NewSecret } from './new-secret.ts'
import { parseRevision, requireRevision } from './revision.ts'
import type { Turns } from './turns.ts'

const defaultOverlapMs = 86_400_000

/** What rotating is made of. */
export interface RotateParts {
  readonly keys: Pick<KeyChanges, 'change' | 'withdraw'>
  readonly rules: Pick<KeyRules, 'grammar' | 'permissions' | 'policy' | 'freeText'>
  readonly makeSecret: MakeSecret
  readonly reading: Pick<Reading, 'visibleKey'>
  readonly commits: Pick<Commits, 'commit'>
  readonly inTurn: Turns
  readonly newId: () => string
  readonly clock: Clock
}

/** A checked rotation. */
interface Rotation {
  readonly id: string
  readonly overlapMs: number
  /** The revision that the key must have; undefined for any. */
  readonly revision: number | undefined
  /** What is remembered of it; undefined when it may be repeated. */
  readonly once: Idempotency | undefined
}

/** A key, and its new token; null when an earlier call made it. */
interface Rotated {
  readonly key: ManagedKey
  readonly token: string | null
}

/** Gives a key a new secret. Of several concurrent rotations one wins: no caller gets a token that never worked. */
export async function rotateKey(
  parts: RotateParts,
  actor: Actor,
  id: string,
  options: RotateOptions | RotateOnceOptions,
): Promise<RotatedKey | ReplayedRotation> {
  demand(actor, 'rotate')
  const rotation = parseRotation(parts, actor, id, options)
  const rotate = (): Promise<Rotated> =>
    rotation.overlapMs === 0 ? replaceSecrets(parts, actor, rotation) : rotateWithOverlap(parts, actor, rotation)
  const { key, token } = await (rotation.once === undefined ? rotate() : parts.inTurn(rotation.once.turn, rotate))
  const overlapEndsAt = key.status === 'rotating' ? (key.secrets[1]?.endsAt ?? null) : null
  return token === null ? { key, token, overlapEndsAt, replayed: true } : { key, token, overlapEndsAt, replayed: false }
}

async function rotateWithOverlap(
  parts: RotateParts,
  actor: Actor,
  { id, overlapMs, revision, once }: Rotation,
): Promise<Rotated> {
  let made: NewSecret | undefined
  let versionSeen: number | undefined
  let isReplay = false
  const key = await parts.keys.change(actor, id, 'key.rotated', async (before, now) => {
    isReplay = await wasCarriedOut(parts, once)
    if (isReplay) return undefined
    requireRevision(before, revision)
    requireRotatable(parts.rules, actor, before, now)
    const [current] = before.secrets
    versionSeen ??= current.version
    if (versionSeen !== current.version) throw new ConflictError(beaten)
    requireNoOverlap(before, now)
    made ??= await parts.makeSecret(before.workspaceId, before.environment, before.id, current.version + 1)
    const endsAt = Math.min(now + overlapMs, before.expiresAt ?? Number.POSITIVE_INFINITY)
    const record = { ...before, secrets: [made.record, { ...current, endsAt }] } as const
    return { record, besides: remembered(once, record) }
  })
  if (isReplay) return { key, token: null }
  if (made === undefined) throw new ConflictError()
  return { key, token: made.token }
}

/**
 * Gives a key a new secret and ends all older ones: what is done when one leaked. The ending does not lose to others who
 * write the key, nor to one who rotates it: then there is no token for this caller, and the secrets it knew have ended.
 */
async function replaceSecrets(parts: RotateParts, actor: Actor, { id, revision, once }: Rotation): Promise<Rotated> {
  const askedAt = parts.clock.now()
  if (once !== undefined) {
    // Before anything is withheld: of a repetition, the secret in use stays.
    const record = await parts.reading.visibleKey(actor, id)
    if (await wasCarriedOut(parts, once)) {
      return { key: keyFromRecord(record, parts.rules.policy, parts.clock.now()), token: null }
    }
  }
  let made: NewSecret | undefined
  let versionSeen: number | undefined
  let isBeaten = false
  let isReplay = false
  // The secrets there were when it was asked for. Without having seen them, by the clock of the process that made them.
  const isOld = ({ version, createdAt }: SecretRecord): boolean =>
    versionSeen === undefined ? createdAt <= askedAt : version <= versionSeen
  // Not by its hash, which may be renewed at any time.
  const isMade = ({ hint, createdAt }: SecretRecord): boolean =>
    hint === made?.record.hint && createdAt === made.record.createdAt
  const ended = (record: KeyRecord, now: number): KeyRecord => {
    const [current, previous] = record.secrets
    const isRunning = previous !== undefined && isOld(previous) && overlapEnd(record, now) !== undefined
    return isRunning ? { ...record, secrets: [current, { ...previous, endsAt: now }] } : record
  }
  const key = await parts.keys.withdraw(actor, {
    id,
    action: 'key.rotated',
    urgency: 'withdrawal',
    detail: String(askedAt),
    async prepare(before, isCarriedOn) {
      isReplay = made === undefined && (await wasCarriedOut(parts, once))
      if (made !== undefined || isReplay) return
      const { version } = before.secrets[0]
      if (!isCarriedOn) versionSeen = version
      requireRotatable(parts.rules, actor, before, parts.clock.now())
      made = await parts.makeSecret(before.workspaceId, before.environment, before.id, version + 1)
    },
    decide(before, now) {
      if (isReplay) return undefined
      if (made === undefined) throw new ConflictError()
      const [current] = before.secrets
      // An earlier attempt has stored it, and its answer was lost.
      if (isMade(current)) return undefined
      requireRevision(before, revision)
      requireRotatable(parts.rules, actor, before, now)
      isBeaten = !isOld(current)
      if (isBeaten) {
        const record = ended(before, now)
        return record === before ? undefined : { record, action: 'key.overlapEnded' }
      }
      const secret = { ...made.record, version: current.version + 1 }
      const after = { ...before, secrets: [secret, { ...current, endsAt: now }] } as const
      return { record: after, besides: remembered(once, after) }
    },
    meanwhile(record) {
      if (isReplay || (revision !== undefined && revision !== record.revision)) return record
      requireRotatable(parts.rules, actor, record, askedAt)
      const [current, previous] = record.secrets
      if (isMade(current)) return record
      const end = (secret: SecretRecord): SecretRecord =>
        isOld(secret) ? { ...secret, endsAt: Math.min(secret.endsAt ?? askedAt, askedAt) } : secret
      return { ...record, secrets: previous === undefined ? [end(current)] : [end(current), end(previous)] }
    },
  })
  if (isReplay) return { key, token: null }
  if (isBeaten || made === undefined) throw new ConflictError(beaten)
  return { key, token: made.token }
}

/** Ends the overlap of a rotation: the previous secret stops now. */
export async function endOverlap(
  { keys, clock }: { readonly keys: Pick<KeyChanges, 'withdraw'>; readonly clock: Clock },
  actor: Actor,
  id: string,
): Promise<ManagedKey> {
  demand(actor, 'rotate')
  const askedAt = clock.now()
  // An overlap that began later is none of this call's business.
  const isMeant = ({ secrets: [current] }: KeyRecord): boolean => current.createdAt <= askedAt
  return keys.withdraw(actor, {
    id,
    action: 'key.overlapEnded',
    urgency: 'withdrawal',
    decide(before, now, isCarriedOn) {
      requireAlive(before, now)
      return isCarriedOn && !isMeant(before) ? undefined : withoutOverlap(before, now)
    },
    meanwhile: (record) => (isMeant(record) && withoutOverlap(record, askedAt)?.record) || record,
  })
}

/** Whether a call with an idempotency key has been carried out. @throws {IdempotencyKeyReusedError} */
async function wasCarriedOut({ commits, newId }: RotateParts, once: Idempotency | undefined): Promise<boolean> {
  const earlier = await once?.earlier(commits, newId)
  if (once === undefined || earlier === undefined) return false
  replayedKeyId(once, earlier)
  return true
}

function remembered(once: Idempotency | undefined, record: KeyRecord): readonly Write[] {
  return once === undefined ? [] : [once.write(record)]
}

const beaten =
  'Another call rotated this key at the same time, so there is no token for this call. Without an overlap, the secrets from before have ended.'

function withoutOverlap(before: KeyRecord, now: number): { readonly record: KeyRecord } | undefined {
  const [current, previous] = before.secrets
  if (previous === undefined || overlapEnd(before, now) === undefined) return undefined
  return { record: { ...before, secrets: [current, { ...previous, endsAt: now }] } }
}

/** @throws {KeyEndedError} @throws {ForbiddenError} @throws {PermissionCeilingError} */
function requireRotatable(
  { grammar, permissions }: Pick<KeyRules, 'grammar' | 'permissions'>,
  actor: Actor,
  record: KeyRecord,
  now: number,
): void {
  requireAlive(record, now)
  requireOwnership(actor, record)
  requireAccepted(record, grammar)
  requireAllOf(actor, record, permissions)
}

/** Rotating returns the new token: only the owner may rotate a personal key. */
function requireOwnership(actor: Actor, { owner }: KeyRecord): void {
  if (mayOwnFor(actor, owner)) return
  const others = 'Others may disable, revoke or transfer it.'
  throw new ForbiddenError('rotate', `Only its owner, or who manages its service account, rotates a key. ${others}`)
}

/** A token of an environment that is taken away would be shown once and never work. */
function requireAccepted({ environment }: KeyRecord, { environments }: TokenGrammar): void {
  if (environments.includes(environment)) return
  throw new ConflictError(
    `Keys of the environment ${environment} are not accepted here: it is not in environments, previousEnvironments or nextEnvironments.`,
  )
}

function requireNoOverlap(record: KeyRecord, now: number): void {
  const endsAt = overlapEnd(record, now)
  if (endsAt !== undefined) throw new RotationInProgressError(new Date(endsAt))
}

/** When the previous secret stops; undefined when none works any more. */
function overlapEnd({ secrets: [, previous] }: KeyRecord, now: number): number | undefined {
  const endsAt = previous?.endsAt ?? now
  return endsAt > now ? endsAt : undefined
}

function parseRotation(
  { rules, clock }: RotateParts,
  actor: Actor,
  id: string,
  options: RotateOptions | RotateOnceOptions,
): Rotation {
  const names = ['overlap', 'revision', 'idempotencyKey'] as const
  const { overlap, revision, idempotencyKey } = ownFields<RotateOptions | RotateOnceOptions>('rotate', options, names)
  const overlapMs = parseOverlap(overlap, rules.policy.maxOverlapMs)
  const request = { rotate: id, overlapMs, revision: revision ?? null }
  return {
    id,
    overlapMs,
    revision: parseRevision({ revision }),
    once: idempotencyOf(actor, request, idempotencyKey, clock.now(), rules.freeText.mask),
  }
}

function parseOverlap(overlap: RotateOptions['overlap'], maxOverlapMs: number): number {
  if (overlap === undefined) return Math.min(defaultOverlapMs, maxOverlapMs)
  const ms = parseDuration('overlap', overlap, 'h', (message) => new ValidationError('overlap', message))
  if (ms <= maxOverlapMs) return ms
  throw new ValidationError(
    'overlap',
    `Expected overlap to be at most ${maxOverlapMs} ms (policy.maxOverlap).`,
    'maxOverlap',
  )
}
