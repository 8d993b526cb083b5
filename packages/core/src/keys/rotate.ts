import { durationForm, durationMs } from '../duration.ts'
import { ConflictError, ForbiddenError, RotationInProgressError, ValidationError } from '../errors.ts'
import type { KeyRecord } from '../store/records.ts'
import type { TokenGrammar } from '../token/grammar.ts'
import type { Actor } from './actor.ts'
import { demandAllOf } from './ceiling.ts'
import { changeKey, demandAlive } from './change-key.ts'
import { ownFields } from './checks.ts'
import type { CreatedKey, RotateOptions } from './inputs.ts'
import type { Key } from './key.ts'
import type { ManagerParts } from './parts.ts'
import { demand, mayOwnFor } from './rights.ts'
import { type NewSecret, newSecret } from './secrets.ts'

const defaultOverlapMs = 86_400_000

/** Gives a key a new secret. Of several at once one wins: nobody is left with a token that never worked. */
export async function rotateKey(
  parts: ManagerParts,
  actor: Actor,
  id: string,
  options: RotateOptions,
): Promise<Omit<CreatedKey, 'replayed'>> {
  demand(actor, 'rotate')
  const overlapMs = checkedOverlap(options, parts.policy.maxOverlapMs)
  let made: NewSecret | undefined
  let versionSeen: number | undefined
  const key = await changeKey(parts, actor, id, 'key.rotated', async (before, now) => {
    demandAlive(before, now)
    demandOwnership(actor, before)
    demandAccepted(before, parts.grammar)
    const [current] = before.secrets
    versionSeen ??= current.version
    if (versionSeen !== current.version) throw new ConflictError('Somebody else rotated this key at the same time.')
    if (overlapMs > 0) demandNoOverlap(before, now)
    demandAllOf(actor, before, parts.permissions)
    made ??= await newSecret(parts, before.workspaceId, before.environment, before.id, current.version + 1)
    const endsAt = Math.min(now + overlapMs, before.expiresAt ?? Number.POSITIVE_INFINITY)
    return { record: { ...before, secrets: [made.record, { ...current, endsAt }] } }
  })
  if (made === undefined) throw new ConflictError()
  return { key, token: made.token }
}

/** Ends the overlap of a rotation: the previous secret stops now. */
export async function endOverlap(parts: ManagerParts, actor: Actor, id: string): Promise<Key> {
  demand(actor, 'rotate')
  return changeKey(parts, actor, id, 'key.overlapEnded', (before, now) => {
    demandAlive(before, now)
    const [current, previous] = before.secrets
    if (previous === undefined || overlapEnd(before, now) === undefined) return undefined
    return { record: { ...before, secrets: [current, { ...previous, endsAt: now }] } }
  })
}

/** The new token is handed to whoever rotates: for a personal key, that must be its owner. */
function demandOwnership(actor: Actor, { owner }: KeyRecord): void {
  if (mayOwnFor(actor, owner)) return
  const others = 'Others may disable, revoke or transfer it.'
  throw new ForbiddenError('rotate', `Only its owner, or who manages its service account, rotates a key. ${others}`)
}

/** A token of an environment that is taken away would be shown once and never work. */
function demandAccepted({ environment }: KeyRecord, { environments }: TokenGrammar): void {
  if (environments.includes(environment)) return
  throw new ConflictError(
    `Keys of the environment ${environment} are not accepted here: it is not in environments, previousEnvironments or nextEnvironments.`,
  )
}

function demandNoOverlap(record: KeyRecord, now: number): void {
  const endsAt = overlapEnd(record, now)
  if (endsAt !== undefined) throw new RotationInProgressError(new Date(endsAt))
}

/** When the previous secret stops; undefined when none works any more. */
function overlapEnd({ secrets: [, previous] }: KeyRecord, now: number): number | undefined {
  const endsAt = previous?.endsAt ?? now
  return endsAt > now ? endsAt : undefined
}

function checkedOverlap(options: RotateOptions, maxOverlapMs: number): number {
  const { overlap } = ownFields('rotate', options, ['overlap'])
  if (overlap === undefined) return Math.min(defaultOverlapMs, maxOverlapMs)
  const ms = durationMs(overlap)
  if (ms === undefined) throw new ValidationError('overlap', `Expected overlap to be ${durationForm}, or 0 for none.`)
  if (ms <= maxOverlapMs) return ms
  throw new ValidationError('overlap', `Expected overlap to be at most ${maxOverlapMs} ms (policy.maxOverlap).`)
}
