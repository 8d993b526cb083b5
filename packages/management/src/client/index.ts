/**
 * A typed client of the management API, over `fetch`.
 *
 * @module
 */

export { ManagementClientError } from './client-error.ts'
export { type CallOptions, type ManagementClient, managementClient } from './client.ts'
export type { ClientOptions } from './transport.ts'
export type { ManagementProblem, ProblemItem } from '../problems/problem.ts'
export type { ProblemCode } from '../problems/table.ts'
export type {
  CreateKeyBody,
  CreateServiceAccountBody,
  DiagnoseBody,
  OwnerInput,
  ReasonBody,
  RevokeKeysBody,
  RotateKeyBody,
  TransferKeyBody,
  UpdateKeyBody,
  UpdateServiceAccountBody,
} from '../resources/inputs.ts'
export type { ImportedKeyResource, ImportKeyBody, ImportKeysBody, ImportResource } from '../resources/imports.ts'
export type {
  CreatedKeyResource,
  KeyResource,
  NamedReference,
  PageResource,
  ReplayedKeyResource,
  ReplayedRotationResource,
  RevocationResource,
  RevocationsResource,
  RotatedKeyResource,
  SecretResource,
} from '../resources/key.ts'
export type { CallerResource, KeyCallersResource } from '../resources/show-callers.ts'
export type { KeyLimitsResource, LimitResource } from '../resources/show-limits.ts'
export type {
  AbilitiesResource,
  DiagnosisResource,
  EventResource,
  KeyUsageResource,
  PermissionsResource,
  ServiceAccountResource,
  UsageNumbersResource,
  UsagePointResource,
  UsageResource,
  WhoamiResource,
} from '../resources/others.ts'
export type { EventQuery, KeyQuery, ServiceAccountQuery, UsageQuery } from './queries.ts'
