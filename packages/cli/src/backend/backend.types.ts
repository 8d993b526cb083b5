import type { ImportKeyBody, ImportResource } from '@claviger/management/client'
import type {
  AccountJson,
  DiagnosisJson,
  EventJson,
  KeyCallersJson,
  KeyJson,
  KeyLimitsJson,
  KeyUsageJson,
  PageJson,
  PermissionsJson,
  RevocationJson,
  WorkspaceUsageJson,
} from './shapes.ts'

/** What the commands do, wherever the keys are. Values are those of the management API. */
export interface Backend {
  readonly kind: 'direct' | 'remote'
  /** What is asked about and changed, in a few words: for people. */
  readonly place: string
  /** How long other processes may accept a key after it was revoked, milliseconds; null when it is not known here. */
  readonly revocationWithinMs: number | null
  /** Owner and environment of keys for which none is given. */
  readonly defaults: { readonly owner: OwnerRef | undefined; readonly environment: string | undefined }
  /** The environments of new keys; undefined when they are not known here. */
  readonly environments: readonly string[] | undefined
  readonly keys: KeysBackend
  readonly accounts: AccountsBackend
  permissions(): Promise<PermissionsJson>
  close(): Promise<void>
}

/** Whose permissions bound a key. */
export interface OwnerRef {
  readonly type: 'user' | 'service'
  readonly id: string
}

/** Ids by declared type of resource; of a type that is left out: all. */
export type Resources = Readonly<Record<string, readonly string[]>>

/** What a list of keys is asked for. */
export interface KeyListQuery {
  readonly status?: readonly string[]
  readonly environment?: readonly string[]
  readonly ownerId?: readonly string[]
  readonly ownerType?: readonly OwnerRef['type'][]
  readonly attention?: readonly string[]
  readonly search?: string
  /** Whether revoked and expired keys are listed too. */
  readonly ended: boolean
  readonly cursor?: string
  readonly limit: number
}

/** A new key. */
export interface KeyInput {
  readonly name: string
  readonly environment: string
  readonly description?: string
  readonly permissions?: readonly string[]
  readonly owner?: OwnerRef
  readonly allowedAddresses?: readonly string[]
  readonly resources?: Resources
  readonly expiresAt?: string | null
  readonly metadata?: Readonly<Record<string, string>>
}

/** A change of a key; what is left out stays. */
export interface KeyPatch {
  readonly name?: string
  readonly description?: string | null
  readonly permissions?: readonly string[]
  readonly allowedAddresses?: readonly string[]
  readonly resources?: Resources
  readonly expiresAt?: string | null
  readonly metadata?: Readonly<Record<string, string>>
}

/** A range of usage. */
export interface UsageRange {
  readonly from?: string
  readonly to?: string
  readonly bucket?: 'hour' | 'day'
}

/** What of the activity log is asked for. */
export interface EventQuery {
  readonly keyId?: string
  readonly action?: string
  readonly from?: string
  readonly to?: string
  readonly cursor?: string
  readonly limit: number
}

/** What to look at besides a key. */
export interface DiagnosisQuestion {
  readonly permission?: string
  readonly environment?: string
  readonly address?: string
  readonly resources?: Readonly<Record<string, string>>
}

/** Keys. */
export interface KeysBackend {
  list(query: KeyListQuery): Promise<PageJson<KeyJson>>
  get(id: string): Promise<KeyJson>
  create(input: KeyInput): Promise<{ readonly key: KeyJson; readonly token: string }>
  update(id: string, patch: KeyPatch): Promise<KeyJson>
  rotate(id: string, overlapMs: number): Promise<{ readonly key: KeyJson; readonly token: string }>
  endOverlap(id: string): Promise<KeyJson>
  disable(id: string, reason: string | undefined): Promise<KeyJson>
  enable(id: string): Promise<KeyJson>
  revoke(id: string, reason: string | undefined): Promise<KeyJson>
  /** At most 100. */
  revokeMany(ids: readonly string[], reason: string | undefined): Promise<readonly RevocationJson[]>
  /** At most 100. */
  import(keys: readonly ImportKeyBody[], dryRun: boolean): Promise<ImportResource>
  usage(id: string, range: UsageRange): Promise<KeyUsageJson>
  callers(id: string): Promise<KeyCallersJson>
  limits(id: string): Promise<KeyLimitsJson>
  workspaceUsage(range: UsageRange): Promise<WorkspaceUsageJson>
  events(query: EventQuery): Promise<PageJson<EventJson>>
  diagnose(target: string | { readonly id: string }, question: DiagnosisQuestion): Promise<DiagnosisJson>
}

/** Service accounts. */
export interface AccountsBackend {
  list(query: { readonly cursor?: string; readonly limit: number }): Promise<PageJson<AccountJson>>
  create(input: {
    readonly name: string
    readonly description?: string
    readonly permissions: readonly string[]
  }): Promise<AccountJson>
  get(id: string): Promise<AccountJson>
  delete(id: string): Promise<AccountJson>
}
