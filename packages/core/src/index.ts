/**
 * API keys that verify in memory and revoke everywhere.
 *
 * @module
 */
export { type Clock, systemClock } from './clock.ts'
export {
  BusyError,
  ClavigerError,
  ClosedError,
  ConfigurationError,
  ConflictError,
  CorruptRecordError,
  type Dependency,
  type ErrorCode,
  ForbiddenError,
  isClavigerError,
  KeyNotFoundError,
  PermissionCeilingError,
  RevocationNotDurableError,
  UnavailableError,
  ValidationError,
} from './errors.ts'
export type { KeyringEvent } from './events.ts'
export { type Argon2Parameters, argon2id, type Hasher, hmacSha256 } from './hashing/hasher.ts'
export type { Pepper } from './hashing/pepper.ts'
export { createKeyring } from './keyring.ts'
export type { Guarantees, Keyring, VerifyContext } from './keyring-types.ts'
export { type Ability, type Actor, systemActor } from './keys/actor.ts'
export type { Key, KeySecret } from './keys/key.ts'
export type { CreatedKey, CreateKeyInput, KeyManager, ListKeysInput } from './keys/manager.ts'
export type { KeyringOptions, KeyringSettings, OwnerSetting } from './options.ts'
export {
  definePermissions,
  type PermissionCatalogue,
  type PermissionDefinition,
  type PermissionName,
} from './permissions/catalogue.ts'
export type { Page } from './store/query.ts'
export type { ActorRef, Owner } from './store/records.ts'
export type { KeyStatus } from './store/status.ts'
export type { KeyStore } from './store/store.ts'
export type { TokenGrammar } from './token/grammar.ts'
export type { MalformedHint } from './token/hints.ts'
export type { RandomBytes } from './token/token.ts'
export type { OwnerQuestion, ResolveOwner } from './verify/owners.ts'
export type {
  Accepted,
  ApiKey,
  Carrier,
  Refused,
  RefusalCode,
  Requirement,
  Verification,
} from './verify/verdict.ts'
