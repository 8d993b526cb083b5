import { createHash } from 'node:crypto'
import { ConflictError, IdempotencyKeyReusedError, ValidationError } from '../../errors/errors.ts'
import { durationMs } from '../../input/duration.ts'
import { isEverything } from '../../restrictions/selection.ts'
import type { IdempotencyRecord, KeyRecord } from '../../store/records.ts'
import { unrestricted } from '../../store/restrictions.ts'
import type { CommitResult, Write } from '../../store/store.ts'
import type { Commits } from '../../writing/commits.ts'
import type { Actor } from '../shapes/actor.ts'
import { parseReference } from '../shapes/checks.ts'
import type { CheckedCreate } from '../shapes/create-input.ts'

/** Why a change was not carried out. */
type Refusal = Extract<CommitResult, { ok: false }>

/** Remembers a call that gives a token, in the commit that carries it out. */
export interface Idempotency {
  readonly requestHash: string
  /** The name of the turn that repetitions of the call take: the second finds what the first has stored. */
  readonly turn: string
  /** What an earlier call stored; undefined for none. Asked before a secret is made: a repetition costs no hash. */
  earlier(commits: Pick<Commits, 'commit'>, newId: () => string): Promise<Refusal['current'] | undefined>
  write(key: KeyRecord): Write
}

/**
 * What a call asks to be remembered; undefined when it asks nothing.
 *
 * @param request what is asked for, in the one form that all its spellings have
 * @param given the idempotency key
 * @throws {ValidationError}
 */
export function idempotencyOf(
  { workspaceId, type, id }: Actor,
  request: object,
  given: unknown,
  now: number,
  mask: (text: string) => string,
): Idempotency | undefined {
  if (given === undefined) return undefined
  const idempotencyKey = parseReference('idempotencyKey', given)
  // It is stored as it is, since requests are told apart by it.
  if (mask(idempotencyKey) !== idempotencyKey) {
    throw new ValidationError('idempotencyKey', 'Expected idempotencyKey to be a name of the request, got an API key.')
  }
  const requestHash = createHash('sha256').update(inOneOrder(request)).digest('base64url')
  const write = (key: Pick<KeyRecord, 'id'>): Write => ({
    type: 'idempotency',
    expectedRevision: 0,
    record: { workspaceId, actor: { type, id }, idempotencyKey, requestHash, keyId: key.id, createdAt: now },
  })
  return {
    requestHash,
    turn: JSON.stringify([workspaceId, type, id, idempotencyKey]),
    write,
    // A change that no store can carry out, since its second write follows a revision that is not there. What keeps the
    // first from being written is what was stored earlier.
    async earlier(commits, newId) {
      const nobody = nobodysKey(workspaceId, newId(), now)
      const impossible: Write = { type: 'key', record: nobody, expectedRevision: 1 }
      const result = await commits.commit({ writes: [write(nobody), impossible], activity: [], announcements: [] })
      return !result.ok && result.write === 0 ? result.current : undefined
    },
  }
}

/**
 * A second revision of a key that has no first. If it were ever stored, it would be revoked, with a secret that no one
 * has.
 */
function nobodysKey(workspaceId: string, id: string, now: number): KeyRecord {
  return {
    id,
    workspaceId,
    revision: 2,
    name: 'None',
    description: null,
    environment: 'none',
    permissions: [],
    owner: { type: 'user', id: 'nobody' },
    createdBy: { type: 'system', id: 'nobody' },
    metadata: {},
    secrets: [{ version: 1, hint: '', hash: '', tag: '', pepperId: null, createdAt: now, endsAt: null }],
    createdAt: now,
    updatedAt: now,
    expiresAt: null,
    disabledAt: null,
    revokedAt: now,
    revokedReason: null,
    ownerGoneAt: null,
    lastUsedAt: null,
    ...unrestricted,
  }
}

/** The key that a call made which was carried out before. @throws {IdempotencyKeyReusedError} @throws {ConflictError} */
export function replayedKeyId({ requestHash }: Idempotency, stored: Refusal['current']): string {
  if (!isIdempotencyRecord(stored)) throw new ConflictError('An idempotency row cannot be read. Use a new key.')
  if (stored.requestHash !== requestHash) throw new IdempotencyKeyReusedError()
  return stored.keyId
}

function isIdempotencyRecord(stored: object | null): stored is IdempotencyRecord {
  return stored !== null && 'requestHash' in stored
}

/** A creating call, in the one form all its spellings have. */
export function creatingRequest({ expiresAt, expiresIn, resources, ...input }: CheckedCreate): object {
  // Without a limit the digest is that of earlier versions: a retry may come after a deployment.
  const limits = isEverything(resources) ? {} : { resources }
  return { ...input, ...limits, end: durationMs(expiresIn) ?? expiresAt ?? null }
}

/** JSON that does not depend on the order in which fields were written. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
