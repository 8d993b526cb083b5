import type {
  CallerResource,
  DiagnosisResource,
  EventResource,
  KeyCallersResource,
  KeyLimitsResource,
  KeyResource,
  KeyUsageResource,
  LimitResource,
  PageResource,
  PermissionsResource,
  RevocationResource,
  ServiceAccountResource,
  UsageNumbersResource,
  UsagePointResource,
  UsageResource,
} from '@claviger/management/client'

/*
 * What commands show, and what `--json` writes: the shapes of the management API, wherever the keys are.
 */

export type KeyJson = KeyResource
export type PageJson<Item> = PageResource<Item>
export type EventJson = EventResource
export type AccountJson = ServiceAccountResource
export type KeyUsageJson = KeyUsageResource
export type KeyCallersJson = KeyCallersResource
export type CallerJson = CallerResource
export type KeyLimitsJson = KeyLimitsResource
export type LimitJson = LimitResource
export type WorkspaceUsageJson = UsageResource
export type UsagePointJson = UsagePointResource
export type UsageNumbersJson = UsageNumbersResource
export type DiagnosisJson = DiagnosisResource
export type PermissionsJson = PermissionsResource
export type RevocationJson = RevocationResource
