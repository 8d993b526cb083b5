/**
 * API keys that verify in memory and revoke everywhere.
 *
 * @module
 */

export type { OwnerQuestion } from './cache/scopes.ts'
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
  type ForbiddenSubject,
  IdempotencyKeyReusedError,
  KeyEndedError,
  KeyNotFoundError,
  NotSupportedError,
  PermissionCeilingError,
  RevocationNotDurableError,
  RotationInProgressError,
  ServiceAccountNotFoundError,
  UnavailableError,
  ValidationError,
} from './errors/errors.ts'
export type {
  FollowContext,
  FollowedActivity,
  Follower,
  FollowerStatus,
  FollowHandler,
  FollowOptions,
  LostLines,
} from './followers/follow.types.ts'
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
export type { Duration, DurationUnit } from './input/duration.ts'
export type { Instant } from './input/instant.ts'
export { createKeyring } from './keyring.ts'
export type { KeyRequirement, Keyring, KeyUse, WatchOptions } from './keyring.types.ts'
export type { KeyEvent, KeyReminder, KeyringEvent, ReminderType, ServiceAccountEvent } from './keys/changes/events.ts'
export type {
  DiagnoseInput,
  DiagnoseTarget,
  Diagnosis,
  DiagnosisCheck,
  DiagnosisCheckName,
  DiagnosisCode,
} from './keys/diagnosis/diagnose.types.ts'
export type { KeyManager } from './keys/facade/key-manager.types.ts'
export type { ImportKeyInput, ImportOptions, ImportReport, ImportResult } from './keys/importing/import.types.ts'
export { listQueryFrom, type QueryParameters } from './keys/reading/list-query.ts'
export type { ActivityEntry, ActivityInput } from './keys/reading/read-activity.ts'
export type {
  CreateServiceAccountInput,
  ListServiceAccountsInput,
  ServiceAccountManager,
  UpdateServiceAccountInput,
} from './keys/service-accounts/account-manager.types.ts'
export type { ActivityFacts, KeyAction, ServiceAccountAction } from './keys/shapes/activity.ts'
export {
  type Abilities,
  type Ability,
  type Actor,
  type KeyActor,
  keyActor,
  type MemberActor,
  type Origin,
  systemActor,
} from './keys/shapes/actor.ts'
export type { Attention } from './keys/shapes/attention.ts'
export type {
  ChangeOptions,
  CreatedKey,
  CreateKeyInput,
  CreateKeyOptions,
  Grantable,
  ListKeysInput,
  ReasonOptions,
  ReplayedKey,
  ReplayedRotation,
  RevokeManyOptions,
  RevokeResult,
  RotatedKey,
  RotateOnceOptions,
  RotateOptions,
  UpdateKeyInput,
} from './keys/shapes/inputs.ts'
export type { ManagedKey, KeySecret } from './keys/shapes/key.ts'
export type { Policy } from './keys/shapes/policy.ts'
export type { ServiceAccount } from './keys/shapes/service-account.ts'
export type { LimitBy, LimitDefinition, LimitedKey } from './limits/definition.ts'
export type { Limit, Limiter, LimitPeriod, LimitResult, LimitRule, LimitWindow } from './limits/limiter.types.ts'
export { limitStates } from './limits/limit-states.ts'
export type { LimitState } from './limits/states.ts'
export type { Guarantees } from './life/guarantees.ts'
export type { Health } from './life/health.ts'
export type { GrammarOptions } from './options/grammar-options.ts'
export type { ImportedTokenOptions } from './options/imported-token-options.ts'
export type { KeyringOptions, KeyringSettings, OwnerSetting } from './options/options.ts'
export type { PolicyOptions, RetentionOptions } from './options/policy-options.ts'
export type { ReminderOptions } from './options/reminder-options.ts'
export type { UsageOptions } from './options/usage-options.ts'
export {
  definePermissions,
  type PermissionCatalogue,
  type PermissionDefinition,
  type PermissionName,
} from './permissions/catalogue.ts'
export type { Grant } from './permissions/grant.ts'
export type { RemindOptions } from './reminders/reminders.ts'
export type { RemindResult } from './reminders/run.ts'
export type { Fault } from './reporting/faults.ts'
export { type Clock, systemClock } from './runtime/clock.ts'
export type { ResourceIds, ResourceSelection } from './restrictions/resource-selection.ts'
export type { ListPage } from './store/query.ts'
export type { ActorRef, JsonValue, Owner } from './store/records.ts'
export type { KeyStatus } from './store/status.ts'
export type { KeyStore } from './store/store.ts'
export type { TokenGrammar } from './token/grammar.ts'
export type { MalformedHint } from './token/hints.ts'
export type { RandomBytes } from './token/token.ts'
export type {
  KeyCaller,
  KeyUsage,
  SecretUsage,
  UsageReport,
  UsageBucket,
  UsageInput,
  UsageNumbers,
  UsageOfKey,
  UsageSeriesPoint,
  WorkspaceUsage,
  WorkspaceUsageInput,
} from './usage/reading/usage.types.ts'
export { type AnyClavigerError, isClavigerError } from './verification/any-error.ts'
export { KeyRefusedError } from './verification/key-refused-error.ts'
export type {
  Accepted,
  ApiKey,
  Carrier,
  ReachedResources,
  RefusalCode,
  Refused,
  Verification,
} from './verification/verification.ts'
export type { OwnerAnswer, OwnerHoldings, ResolveOwner } from './verify/owners.ts'
export type { KeyringChange } from './watch/changes.ts'
