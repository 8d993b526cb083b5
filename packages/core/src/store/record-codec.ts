import { CorruptRecordError } from '../errors/errors.ts'
import { isGrant, maxGrants } from '../permissions/grammar.ts'
import { keyIdPattern } from '../token/key-id.ts'
import type { ActorRef, IdempotencyRecord, KeyRecord, Owner, SecretRecord, ServiceAccountRecord } from './records.ts'
import { count, instant, list, nullable, object, oneOf, parseStored, type Reader, text, textMap } from './shape.ts'

// Readers and the names of fields are made once: a store's answer to a burst of misses is thousands of fields.
const keyId = text(16, keyIdPattern)
const reference = text(255, /^.+$/s)
const name = text(128)
const environment = text(16, /^[a-z][a-z0-9]*$/)
const sentence = nullable(text(2_000))
const hint = text(128)
const hash = text(512)
const tag = text(64)
const pepperId = nullable(text(64))
const end = nullable(instant)
const grants = list(isGrant, 'a grant', maxGrants)
// Looser than what is accepted for writing: notes of an older or a newer version are still read.
const metadata = textMap({ maxEntries: 32, maxName: 255, maxText: 1_000 })
const idempotencyKey = text(255)
const requestHash = text(128)

/** A reader of someone, whose type is one of these, at one field. */
const somebody = <const T extends string>(field: string, ...types: readonly T[]): Reader<{ type: T; id: string }> => {
  const type = oneOf(...types)
  const [typeField, idField] = [`${field}.type`, `${field}.id`]
  return (value) => {
    const row = object(value, field)
    return { type: type(row.type, typeField), id: reference(row.id, idField) }
  }
}

const owner: Reader<Owner> = somebody('owner', 'user', 'service')
const createdBy: Reader<ActorRef> = somebody('createdBy', 'user', 'service', 'key', 'system')
const actor: Reader<ActorRef> = somebody('actor', 'user', 'service', 'key', 'system')

const secretAt = (field: string): ((value: unknown) => SecretRecord) => {
  const [versionField, hintField, hashField] = [`${field}.version`, `${field}.hint`, `${field}.hash`]
  const [tagField, pepperIdField] = [`${field}.tag`, `${field}.pepperId`]
  const [createdAtField, endsAtField] = [`${field}.createdAt`, `${field}.endsAt`]
  return (value) => {
    const row = object(value, field)
    return {
      version: count(row.version, versionField),
      hint: hint(row.hint, hintField),
      hash: hash(row.hash, hashField),
      tag: tag(row.tag, tagField),
      pepperId: pepperId(row.pepperId, pepperIdField),
      createdAt: instant(row.createdAt, createdAtField),
      endsAt: end(row.endsAt, endsAtField),
    }
  }
}
const currentSecret = secretAt('secrets[0]')
const previousSecret = secretAt('secrets[1]')

const secrets: Reader<KeyRecord['secrets']> = (value, field) => {
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) {
    throw new CorruptRecordError(field, 'a list of one or two secrets')
  }
  const current = currentSecret(value[0])
  return value.length === 1 ? [current] : [current, previousSecret(value[1])]
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
    name: name(row.name, 'name'),
    description: sentence(row.description, 'description'),
    environment: environment(row.environment, 'environment'),
    permissions: grants(row.permissions, 'permissions'),
    owner: owner(row.owner, 'owner'),
    createdBy: createdBy(row.createdBy, 'createdBy'),
    metadata: metadata(row.metadata, 'metadata'),
    secrets: secrets(row.secrets, 'secrets'),
    createdAt: instant(row.createdAt, 'createdAt'),
    updatedAt: instant(row.updatedAt, 'updatedAt'),
    expiresAt: end(row.expiresAt, 'expiresAt'),
    disabledAt: end(row.disabledAt, 'disabledAt'),
    revokedAt: end(row.revokedAt, 'revokedAt'),
    revokedReason: sentence(row.revokedReason, 'revokedReason'),
    ownerGoneAt: end(row.ownerGoneAt, 'ownerGoneAt'),
    lastUsedAt: end(row.lastUsedAt, 'lastUsedAt'),
  }
}

/** Writes a service account as JSON text. */
export function encodeServiceAccount(account: ServiceAccountRecord): string {
  return JSON.stringify(account)
}

/**
 * Reads a service account from JSON text or from a row object, checking every field.
 *
 * @throws {CorruptRecordError} naming the first field that is not as Claviger writes it
 */
export function decodeServiceAccount(stored: unknown): ServiceAccountRecord {
  const row = object(typeof stored === 'string' ? parseStored(stored, 'serviceAccount') : stored, 'serviceAccount')
  return {
    id: reference(row.id, 'id'),
    workspaceId: reference(row.workspaceId, 'workspaceId'),
    revision: count(row.revision, 'revision'),
    name: name(row.name, 'name'),
    description: sentence(row.description, 'description'),
    permissions: grants(row.permissions, 'permissions'),
    createdBy: createdBy(row.createdBy, 'createdBy'),
    createdAt: instant(row.createdAt, 'createdAt'),
    updatedAt: instant(row.updatedAt, 'updatedAt'),
    deletedAt: end(row.deletedAt, 'deletedAt'),
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
    idempotencyKey: idempotencyKey(row.idempotencyKey, 'idempotencyKey'),
    requestHash: requestHash(row.requestHash, 'requestHash'),
    keyId: keyId(row.keyId, 'keyId'),
    createdAt: instant(row.createdAt, 'createdAt'),
  }
}
