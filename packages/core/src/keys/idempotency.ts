import { createHash } from 'node:crypto'
import { durationMs } from '../duration.ts'
import { ConflictError, IdempotencyKeyReusedError } from '../errors.ts'
import type { IdempotencyRecord, KeyRecord } from '../store/records.ts'
import type { CommitResult, Write } from '../store/store.ts'
import type { Actor } from './actor.ts'
import type { CheckedCreate } from './create-input.ts'
import { checkReference, ownFields } from './checks.ts'
import type { CreateKeyOptions, ReplayedKey } from './inputs.ts'
import { keyFromRecord } from './key.ts'
import type { ManagerParts } from './parts.ts'
import { findVisible } from './read.ts'

/** Remembers a creating call, in the commit that carries it out. */
export interface Idempotency {
  readonly requestHash: string
  write(key: KeyRecord): Write
}

/** What a call asks to be remembered; undefined when it asks nothing. @throws {ValidationError} */
export function idempotencyOf(
  { workspaceId, type, id }: Actor,
  input: CheckedCreate,
  options: CreateKeyOptions | undefined,
  now: number,
): Idempotency | undefined {
  if (options === undefined) return undefined
  const own = ownFields('create', options, ['idempotencyKey'])
  const idempotencyKey = checkReference('idempotencyKey', own.idempotencyKey)
  const requestHash = createHash('sha256')
    .update(inOneOrder(requestOf(input)))
    .digest('base64url')
  return {
    requestHash,
    write: (key) => ({
      type: 'idempotency',
      expectedRevision: 0,
      record: { workspaceId, actor: { type, id }, idempotencyKey, requestHash, keyId: key.id, createdAt: now },
    }),
  }
}

/** The answer to a call that was carried out before. The token is gone for good. */
export async function replayed(
  parts: ManagerParts,
  actor: Actor,
  { requestHash }: Idempotency,
  stored: Extract<CommitResult, { ok: false }>['current'],
): Promise<ReplayedKey> {
  if (!isIdempotencyRecord(stored)) throw new ConflictError('An idempotency row cannot be read. Use a new key.')
  if (stored.requestHash !== requestHash) throw new IdempotencyKeyReusedError()
  const record = await findVisible(parts, actor, stored.keyId)
  return { key: keyFromRecord(record, parts.policy, parts.clock.now()), token: null, replayed: true }
}

function isIdempotencyRecord(stored: object | null): stored is IdempotencyRecord {
  return stored !== null && 'requestHash' in stored
}

/** The request, in the one form all its spellings have. */
function requestOf({ expiresAt, expiresIn, ...input }: CheckedCreate): object {
  return { ...input, end: durationMs(expiresIn) ?? expiresAt ?? null }
}

/** JSON that does not depend on the order in which fields were written. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
