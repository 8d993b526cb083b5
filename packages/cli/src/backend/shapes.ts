import type {
  ActivityEntry,
  Diagnosis,
  Grantable,
  KeyUsage,
  ManagedKey,
  ServiceAccount,
  UsageNumbers,
  UsageSeriesPoint,
  WorkspaceUsage,
} from '@claviger/core'

/** A value as JSON carries it: instants are ISO text. */
export type Json<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends Date
    ? string
    : Value extends readonly (infer Item)[]
      ? readonly Json<Item>[]
      : Value extends object
        ? { readonly [Name in keyof Value]: Json<Value[Name]> }
        : Value

/** A key, as the management API shows it. */
export type KeyJson = Json<ManagedKey> & {
  readonly object: 'apiKey'
  /** Null where use is not counted. */
  readonly requestCount30d: number | null
  readonly deniedCount30d: number | null
}

/** A page of a list. */
export interface PageJson<Item> {
  readonly data: readonly Item[]
  readonly hasMore: boolean
  readonly nextCursor: string | null
}

/** One line of the activity log. */
export type EventJson = Json<ActivityEntry>
/** A service account. */
export type AccountJson = Json<ServiceAccount>
/** Use of one key. */
export type KeyUsageJson = Json<KeyUsage>
/** Use of all keys. */
export type WorkspaceUsageJson = Json<WorkspaceUsage>
/** One bucket. */
export type UsagePointJson = Json<UsageSeriesPoint>
/** Counts. */
export type UsageNumbersJson = Json<UsageNumbers>
/** Why a key does not work. */
export type DiagnosisJson = Json<Diagnosis>
/** What may be granted. */
export type PermissionsJson = Json<Grantable>

/** How one of several revocations ended. */
export type RevocationJson =
  | { readonly id: string; readonly ok: true; readonly key: KeyJson }
  | { readonly id: string; readonly ok: false; readonly code: string; readonly detail: string }

/** A value as it is after a journey as JSON. */
export function asJson<Value>(value: Value): Json<Value> {
  return JSON.parse(JSON.stringify(value))
}
