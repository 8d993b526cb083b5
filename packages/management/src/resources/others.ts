import type { NamedReference } from './key.ts'

/** What became of requests whose key was proven. */
export interface UsageNumbersResource {
  readonly requests: number
  readonly allowed: number
  readonly denied: number
  /** `denied` by code, such as `key_expired`. */
  readonly deniedBy: Readonly<Record<string, number>>
  /** Which permission or type of resources the denied requests lacked, by code: of several, the first. */
  readonly lacked: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Allowed, and answered 4xx. */
  readonly clientErrors: number
  /** Allowed, and answered 5xx. */
  readonly serverErrors: number
  /** `serverErrors / requests`. */
  readonly errorRate: number
  /** `denied / requests`. */
  readonly deniedRate: number
}

/** One bucket of a series. */
export interface UsagePointResource extends UsageNumbersResource {
  readonly start: string
}

interface UsageRangeResource {
  readonly from: string
  readonly to: string
  readonly bucket: 'hour' | 'day'
  readonly totals: UsageNumbersResource
  readonly series: readonly UsagePointResource[]
}

/** Usage of one key. */
export interface KeyUsageResource extends UsageRangeResource {
  readonly object: 'keyUsage'
  readonly keyId: string
  readonly secrets: readonly (UsageNumbersResource & { readonly version: number; readonly lastUsedAt: string })[]
  /** While an overlap runs: the share of requests that still come with the previous secret. */
  readonly previousSecretShare: number | null
}

/** Usage of all keys of the workspace. */
export interface UsageResource extends UsageRangeResource {
  readonly object: 'usage'
  readonly activeKeys: number | null
  readonly byKey: readonly (UsageNumbersResource & { readonly keyId: string; readonly lastUsedAt: string })[]
  readonly othersAtMost: number
}

/** One line of the activity log. */
export interface EventResource {
  readonly object: 'event'
  readonly id: string
  readonly workspaceId: string
  readonly at: string
  readonly actor: { readonly type: 'user' | 'service' | 'key' | 'system'; readonly id: string }
  readonly action: string
  readonly target: { readonly type: 'key' | 'serviceAccount'; readonly id: string }
  /** The changed fields as they were; null for something new. */
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
  readonly origin: {
    readonly ip?: string | undefined
    readonly userAgent?: string | undefined
    readonly requestId?: string | undefined
  } | null
}

/** Why a key does not work. */
export interface DiagnosisResource {
  readonly object: 'diagnosis'
  readonly ok: boolean
  readonly code: string
  readonly keyId: string | null
  readonly hint: string | null
  readonly checks: readonly { readonly check: string; readonly ok: boolean; readonly detail: string }[]
  readonly fix: string | null
}

/** What may be granted here. */
export interface PermissionsResource {
  readonly object: 'permissions'
  readonly declared: readonly string[]
  /** The declared permissions that the caller holds. */
  readonly grantable: readonly string[]
  readonly defaults: readonly string[]
  readonly presets: readonly {
    readonly name: string
    readonly permissions: readonly string[]
    /** Whether the caller holds all of it. */
    readonly grantable: boolean
  }[]
}

/** A service account: an owner of keys that outlives people. */
export interface ServiceAccountResource {
  readonly object: 'serviceAccount'
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly description: string | null
  readonly permissions: readonly string[]
  readonly createdBy: NamedReference<'user' | 'service' | 'key' | 'system'>
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string | null
  readonly revision: number
}

/** What the caller may do. */
export interface AbilitiesResource {
  readonly list: boolean
  readonly listAll: boolean
  readonly create: boolean
  readonly update: boolean
  readonly rotate: boolean
  readonly revoke: boolean
  readonly viewUsage: boolean
  readonly viewActivity: boolean
  readonly diagnose: boolean
  readonly manageServiceAccounts: boolean
}

/** Who makes the call, and under which rules. */
export interface WhoamiResource {
  readonly object: 'whoami'
  readonly actor: NamedReference<'user' | 'service' | 'key' | 'system'>
  readonly workspaceId: string
  /** The ceiling: what may be granted at most. */
  readonly permissions: readonly string[]
  readonly abilities: AbilitiesResource
  readonly readOnly: boolean
  readonly environments: readonly string[]
  /** The declared types of resources, to which keys can be limited. */
  readonly resourceTypes: readonly string[]
  readonly policy: {
    readonly maxLifetimeSeconds: number | null
    readonly maxOverlapSeconds: number
    readonly rotateAfterSeconds: number | null
    readonly unusedAfterSeconds: number | null
    readonly expiryNoticeSeconds: number
  }
}
