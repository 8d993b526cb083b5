/**
 * API keys that verify in memory and revoke everywhere.
 *
 * @module
 */
export { type Clock, systemClock } from './clock.ts'
export type { Duration, DurationUnit } from './duration.ts'
export {
  BusyError,
  type CeilingHolder,
  ClavigerError,
  ClosedError,
  ConfigurationError,
  ConflictError,
  CorruptRecordError,
  type Dependency,
  type ErrorCode,
  ForbiddenError,
  IdempotencyKeyReusedError,
  isClavigerError,
  KeyEndedError,
  KeyNotFoundError,
  NotSupportedError,
  PermissionCeilingError,
  RevocationNotDurableError,
  RotationInProgressError,
  ServiceAccountNotFoundError,
  UnavailableError,
  ValidationError,
} from './errors.ts'
export type { Fault } from './faults.ts'
export type { KeyEvent, KeyringEvent, ServiceAccountEvent } from './events.ts'
export type { Health } from './health.ts'
export {
  type Argon2idOptions,
  type Argon2Parameters,
  argon2id,
  type Hasher,
  type HmacSha256Options,
  hmacSha256,
  type PepperChange,
} from './hashing/hasher.ts'
export type { Pepper } from './hashing/pepper.ts'
export { createKeyring } from './keyring.ts'
export type { Guarantees } from './guarantees.ts'
export type { Keyring, KeyRequirement, VerifyContext, WatchOptions } from './keyring-types.ts'
export type { Facts, KeyAction, ServiceAccountAction } from './keys/activity.ts'
export {
  type Ability,
  type Actor,
  keyActor,
  type KeyActor,
  type MemberActor,
  type Origin,
  systemActor,
} from './keys/actor.ts'
export type { Attention } from './keys/attention.ts'
export type {
  DiagnoseInput,
  DiagnoseTarget,
  Diagnosis,
  DiagnosisCheck,
  DiagnosisCheckName,
  DiagnosisCode,
} from './keys/diagnosis/diagnosis.ts'
export type { Instant } from './keys/expiry.ts'
export type {
  ChangeOptions,
  CreatedKey,
  CreateKeyInput,
  CreateKeyOptions,
  Grant,
  Grantable,
  ListKeysInput,
  Reason,
  ReplayedKey,
  RevokeResult,
  RotateOptions,
  UpdateKeyInput,
} from './keys/inputs.ts'
export type { Key, KeySecret } from './keys/key.ts'
export { listQueryFrom, type QueryParameters } from './keys/list-query.ts'
export type { KeyManager } from './keys/manager.ts'
export type { ActivityEntry, ActivityInput } from './keys/read-activity.ts'
export type {
  CreateServiceAccountInput,
  ListServiceAccountsInput,
  ServiceAccountManager,
  UpdateServiceAccountInput,
} from './keys/service-accounts/manager.ts'
export type { ServiceAccount } from './keys/service-accounts/service-account.ts'
export type {
  KeyUsage,
  SecretUsage,
  Usage,
  UsageBucket,
  UsageInput,
  UsageNumbers,
  UsageOfKey,
  UsageSeriesPoint,
  WorkspaceUsage,
  WorkspaceUsageInput,
} from './keys/usage-types.ts'
export type { GrammarOptions } from './grammar-options.ts'
export type { KeyringOptions, KeyringSettings, OwnerSetting } from './options.ts'
export type { PolicyOptions, RetentionOptions } from './policy-options.ts'
export {
  definePermissions,
  type PermissionCatalogue,
  type PermissionDefinition,
  type PermissionName,
} from './permissions/catalogue.ts'
export type { Page } from './store/query.ts'
export type { ActorRef, Json, Owner } from './store/records.ts'
export type { KeyStatus } from './store/status.ts'
export type { KeyStore } from './store/store.ts'
export type { TokenGrammar } from './token/grammar.ts'
export type { MalformedHint } from './token/hints.ts'
export type { RandomBytes } from './token/token.ts'
export type { OwnerQuestion } from './verify/owner-scope.ts'
export type { ResolveOwner } from './verify/owners.ts'
export type { UsageOptions } from './usage/options.ts'
export type { KeyringChange } from './watch/changes.ts'
export { KeyRefusedError } from './watch/key-refused-error.ts'
export type {
  Accepted,
  ApiKey,
  Carrier,
  Refused,
  RefusalCode,
  Requirement,
  Verification,
} from './verify/verdict.ts'
