import { isNormalRange, maxAddresses } from '../addresses/address-list.ts'
import { CorruptRecordError } from '../errors/errors.ts'
import { isGrant, maxGrants } from '../permissions/grammar.ts'
import { keyIdPattern } from '../token/key-id.ts'
import type { ActorRef, IdempotencyRecord, KeyRecord, Owner, SecretRecord, ServiceAccountRecord } from './records.ts'
import { fieldsOfRow, restrictedForm } from './restricted-form.ts'
import { agreeOnRestrictions, noNames, noReminders, noResources } from './restrictions.ts'
import {
  count,
  instant,
  list,
  mapOf,
  nullable,
  object,
  oneOf,
  parseStored,
  type Reader,
  text,
  textMap,
} from './shape.ts'

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
// Absent where it does not hold.
const isFlagged = (row: object, name: string, field: string): boolean => {
  if (!Object.hasOwn(row, name)) return false
  if (Reflect.get(row, name) === true) return true
  throw new CorruptRecordError(field, 'true, or nothing')
}
const grants = list(isGrant, 'a grant', maxGrants)
// Looser than what is accepted for writing: notes of an older or a newer version are still read.
const metadata = textMap({ maxEntries: 32, maxName: 255, maxText: 1_000 })
const names = list(isName, 'the name of a restriction', 16)
const addresses = list(isNormalRange, 'a normalised address or range', maxAddresses)
const ids = list(isResourceId, 'an id', 100)
// All of a key, so that its record stays far below the longest that is read.
const maxResourceCharacters = 32_768
const idempotencyKey = text(255)
const requestHash = text(128)

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-zA-Z0-9]{0,31}$/.test(value)
}

function isResourceId(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 255
}

// Absent in a record of version 1, and in one that has none.
const namesIfAny: Reader<readonly string[]> = (value, field) =>
  value === undefined ? noNames : some(names(value, field))
const addressesIfAny: Reader<readonly string[]> = (value, field) =>
  value === undefined ? noNames : some(addresses(value, field))

function some(items: readonly string[]): readonly string[] {
  return items.length === 0 ? noNames : items
}

const resources: Reader<KeyRecord['resources']> = (value, field) => {
  if (value === undefined) return noResources
  const map = mapOf(object(value, field), ids, { field, maxEntries: 16, maxName: 64, none: noResources })
  const length =
    map === noResources
      ? 0
      : Object.entries(map)
          .flat(2)
          .reduce((sum, { length }) => sum + length, 0)
  if (length <= maxResourceCharacters) return map
  throw new CorruptRecordError(field, `at most ${maxResourceCharacters} characters in all`)
}

const reminders: Reader<KeyRecord['reminders']> = (value, field) =>
  value === undefined
    ? noReminders
    : mapOf(object(value, field), instant, { field, maxEntries: 16, maxName: 64, none: noReminders })

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
  const importedField = `${field}.imported`
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
      ...(isFlagged(row, 'imported', importedField) && { imported: true }),
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
 * Writes a key as JSON text, for stores that keep records whole. Write keys with this and nothing else: the text of a
 * restricted key is one that a process which knows no restrictions can neither accept nor change.
 */
export function encodeKeyRecord(record: KeyRecord): string {
  const reminders = Object.keys(record.reminders).length === 0 ? undefined : record.reminders
  if (record.restrictions.length > 0) return JSON.stringify({ ...restrictedForm(record), reminders })
  return JSON.stringify({
    ...record,
    restrictions: undefined,
    allowedAddresses: undefined,
    resources: undefined,
    reminders,
  })
}

/**
 * Reads a key from JSON text or from a row object, checking every field.
 *
 * @throws {CorruptRecordError} naming the first field that is not as Claviger writes it
 */
export function decodeKeyRecord(stored: unknown): KeyRecord {
  const row = object(typeof stored === 'string' ? parseStored(stored, 'key') : stored, 'key')
  const record = readKeyRow(fieldsOfRow(row))
  if (agreeOnRestrictions(record)) return record
  throw new CorruptRecordError('restrictions', 'the names of what restricts the key')
}

function readKeyRow(row: Readonly<Record<string, unknown>>): KeyRecord {
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
    restrictions: namesIfAny(row.restrictions, 'restrictions'),
    allowedAddresses: addressesIfAny(row.allowedAddresses, 'allowedAddresses'),
    resources: resources(row.resources, 'resources'),
    reminders: reminders(row.reminders, 'reminders'),
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
