import { ConflictError, ForbiddenError, RotationInProgressError, ValidationError } from '../../errors/errors.ts'
import { parseDuration } from '../../input/duration.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord, SecretRecord } from '../../store/records.ts'
import type { TokenGrammar } from '../../token/grammar.ts'
import { requireAllOf } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { requireAlive } from '../rules/require-alive.ts'
import { demand, mayOwnFor } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import type { CreatedKey, RotatedKey, RotateOptions } from '../shapes/inputs.ts'
import type { ManagedKey } from '../shapes/key.ts'
import type { KeyChanges } from './key-kind.ts'
import type { MakeSecret, NewSecret } from './new-secret.ts'

const defaultOverlapMs = 86_400_000

/** What rotating is made of. */
export interface RotateParts {
  readonly keys: Pick<KeyChanges, 'change' | 'withdraw'>
  readonly rules: Pick<KeyRules, 'grammar' | 'permissions' | 'policy'>
  readonly makeSecret: MakeSecret
  readonly clock: Clock
}

/** Gives a key a new secret. Of several concurrent rotations one wins: no caller gets a token that never worked. */
export async function rotateKey(
  parts: RotateParts,
  actor: Actor,
  id: string,
  options: RotateOptions,
): Promise<RotatedKey> {
  demand(actor, 'rotate')
  const overlapMs = parseOverlap(options, parts.rules.policy.maxOverlapMs)
  const rotate = overlapMs === 0 ? replaceSecrets(parts, actor, id) : rotateWithOverlap(parts, actor, id, overlapMs)
  const { key, token } = await rotate
  return { key, token, overlapEndsAt: key.status === 'rotating' ? (key.secrets[1]?.endsAt ?? null) : null }
}

async function rotateWithOverlap(
  parts: RotateParts,
  actor: Actor,
  id: string,
  overlapMs: number,
): Promise<Omit<CreatedKey, 'replayed'>> {
  let made: NewSecret | undefined
  let versionSeen: number | undefined
  const key = await parts.keys.change(actor, id, 'key.rotated', async (before, now) => {
    requireRotatable(parts.rules, actor, before, now)
    const [current] = before.secrets
    versionSeen ??= current.version
    if (versionSeen !== current.version) throw new ConflictError(beaten)
    requireNoOverlap(before, now)
    made ??= await parts.makeSecret(before.workspaceId, before.environment, before.id, current.version + 1)
    const endsAt = Math.min(now + overlapMs, before.expiresAt ?? Number.POSITIVE_INFINITY)
    return { record: { ...before, secrets: [made.record, { ...current, endsAt }] } }
  })
  if (made === undefined) throw new ConflictError()
  return { key, token: made.token }
}

/**
 * Gives a key a new secret and ends all older ones: what is done when one leaked. The ending does not lose to others who
 * write the key, nor to one who rotates it: then there is no token for this caller, and the secrets it knew have ended.
 */
async function replaceSecrets(parts: RotateParts, actor: Actor, id: string): Promise<Omit<CreatedKey, 'replayed'>> {
  const askedAt = parts.clock.now()
  let made: NewSecret | undefined
  let versionSeen: number | undefined
  let isBeaten = false
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
      if (made !== undefined) return
      const { version } = before.secrets[0]
      if (!isCarriedOn) versionSeen = version
      requireRotatable(parts.rules, actor, before, parts.clock.now())
      made = await parts.makeSecret(before.workspaceId, before.environment, before.id, version + 1)
    },
    decide(before, now) {
      if (made === undefined) throw new ConflictError()
      const [current] = before.secrets
      // An earlier attempt has stored it, and its answer was lost.
      if (isMade(current)) return undefined
      requireRotatable(parts.rules, actor, before, now)
      isBeaten = !isOld(current)
      if (isBeaten) {
        const record = ended(before, now)
        return record === before ? undefined : { record, action: 'key.overlapEnded' }
      }
      const secret = { ...made.record, version: current.version + 1 }
      return { record: { ...before, secrets: [secret, { ...current, endsAt: now }] } }
    },
    meanwhile(record) {
      requireRotatable(parts.rules, actor, record, askedAt)
      const [current, previous] = record.secrets
      if (isMade(current)) return record
      const end = (secret: SecretRecord): SecretRecord =>
        isOld(secret) ? { ...secret, endsAt: Math.min(secret.endsAt ?? askedAt, askedAt) } : secret
      return { ...record, secrets: previous === undefined ? [end(current)] : [end(current), end(previous)] }
    },
  })
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

function parseOverlap(options: RotateOptions, maxOverlapMs: number): number {
  const { overlap } = ownFields<RotateOptions>('rotate', options, ['overlap'])
  if (overlap === undefined) return Math.min(defaultOverlapMs, maxOverlapMs)
  const ms = parseDuration('overlap', overlap, 'h', (message) => new ValidationError('overlap', message))
  if (ms <= maxOverlapMs) return ms
  throw new ValidationError(
    'overlap',
    `Expected overlap to be at most ${maxOverlapMs} ms (policy.maxOverlap).`,
    'maxOverlap',
  )
}
