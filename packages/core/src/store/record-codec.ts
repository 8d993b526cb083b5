import { CorruptRecordError } from '../errors.ts'
import { isGrant, maxGrants } from '../permissions/grammar.ts'
import type { ActorRef, IdempotencyRecord, KeyRecord, Owner, SecretRecord, ServiceAccount } from './records.ts'
import { count, instant, list, nullable, object, oneOf, parseStored, type Reader, text, textMap } from './shape.ts'

const keyId = text(16, /^[0-9A-Za-z]{16}$/)
const reference = text(255, /^.+$/s)
const sentence = text(2_000)
const grant: Reader<string> = (value, field) => {
  if (isGrant(value)) return value
  throw new CorruptRecordError(field, 'a grant')
}
const grants = list(grant, maxGrants)

const owner: Reader<Owner> = (value, field) => {
  const row = object(value, field)
  return { type: oneOf('user', 'service')(row.type, `${field}.type`), id: reference(row.id, `${field}.id`) }
}

const actor: Reader<ActorRef> = (value, field) => {
  const row = object(value, field)
  return {
    type: oneOf('user', 'service', 'key', 'system')(row.type, `${field}.type`),
    id: reference(row.id, `${field}.id`),
  }
}

const secret: Reader<SecretRecord> = (value, field) => {
  const row = object(value, field)
  return {
    version: count(row.version, `${field}.version`),
    hint: text(128)(row.hint, `${field}.hint`),
    hash: text(512)(row.hash, `${field}.hash`),
    tag: text(64)(row.tag, `${field}.tag`),
    pepperId: nullable(text(64))(row.pepperId, `${field}.pepperId`),
    createdAt: instant(row.createdAt, `${field}.createdAt`),
    endsAt: nullable(instant)(row.endsAt, `${field}.endsAt`),
  }
}

const secrets: Reader<KeyRecord['secrets']> = (value, field) => {
  const [current, previous] = list(secret, 2)(value, field)
  if (current === undefined) throw new CorruptRecordError(field, 'a list of one or two secrets')
  return previous === undefined ? [current] : [current, previous]
}

/**
 * Writes a key as JSON text, for stores that keep records whole.
 */
export function encodeKeyRecord(record: KeyRecord): string {
  return JSON.stringify(record)
}

/**
 * Reads a key from JSON text or from a row object, checking every field.
 *
 * @throws {CorruptRecordError} naming the first field that is not as Claviger writes it
 */
export function decodeKeyRecord(stored: unknown): KeyRecord {
  const row = object(typeof stored === 'string' ? parseStored(stored, 'key') : stored, 'key')
  return {
    id: keyId(row.id, 'id'),
    workspaceId: reference(row.workspaceId, 'workspaceId'),
    revision: count(row.revision, 'revision'),
    name: text(128)(row.name, 'name'),
    description: nullable(sentence)(row.description, 'description'),
    environment: text(16, /^[a-z][a-z0-9]*$/)(row.environment, 'environment'),
    permissions: grants(row.permissions, 'permissions'),
    owner: owner(row.owner, 'owner'),
    createdBy: actor(row.createdBy, 'createdBy'),
    metadata: textMap(32, 1_000)(row.metadata, 'metadata'),
    secrets: secrets(row.secrets, 'secrets'),
    createdAt: instant(row.createdAt, 'createdAt'),
    updatedAt: instant(row.updatedAt, 'updatedAt'),
    expiresAt: nullable(instant)(row.expiresAt, 'expiresAt'),
    disabledAt: nullable(instant)(row.disabledAt, 'disabledAt'),
    revokedAt: nullable(instant)(row.revokedAt, 'revokedAt'),
    revokedReason: nullable(sentence)(row.revokedReason, 'revokedReason'),
    ownerGoneAt: nullable(instant)(row.ownerGoneAt, 'ownerGoneAt'),
    lastUsedAt: nullable(instant)(row.lastUsedAt, 'lastUsedAt'),
  }
}

/** Writes a service account as JSON text. */
export function encodeServiceAccount(account: ServiceAccount): string {
  return JSON.stringify(account)
}

/**
 * Reads a service account from JSON text or from a row object, checking every field.
 *
 * @throws {CorruptRecordError} naming the first field that is not as Claviger writes it
 */
export function decodeServiceAccount(stored: unknown): ServiceAccount {
  const row = object(typeof stored === 'string' ? parseStored(stored, 'serviceAccount') : stored, 'serviceAccount')
  return {
    id: reference(row.id, 'id'),
    workspaceId: reference(row.workspaceId, 'workspaceId'),
    revision: count(row.revision, 'revision'),
    name: text(128)(row.name, 'name'),
    description: nullable(sentence)(row.description, 'description'),
    permissions: grants(row.permissions, 'permissions'),
    createdBy: actor(row.createdBy, 'createdBy'),
    createdAt: instant(row.createdAt, 'createdAt'),
    updatedAt: instant(row.updatedAt, 'updatedAt'),
    deletedAt: nullable(instant)(row.deletedAt, 'deletedAt'),
  }
}

/**
 * Reads an idempotency row from JSON text or from a row object, checking every field.
 *
 * @throws {CorruptRecordError} naming the first field that is not as Claviger writes it
 */
export function decodeIdempotencyRecord(stored: unknown): IdempotencyRecord {
  const row = object(typeof stored === 'string' ? parseStored(stored, 'idempotency') : stored, 'idempotency')
  return {
    workspaceId: reference(row.workspaceId, 'workspaceId'),
    actor: actor(row.actor, 'actor'),
    idempotencyKey: text(255)(row.idempotencyKey, 'idempotencyKey'),
    requestHash: text(128)(row.requestHash, 'requestHash'),
    keyId: keyId(row.keyId, 'keyId'),
    createdAt: instant(row.createdAt, 'createdAt'),
  }
}
