import { isImported } from '../../store/imported-secret.ts'
import type { ActorRef, KeyRecord, Owner } from '../../store/records.ts'
import { type KeyStatus, keyStatus } from '../../store/status.ts'
import { type Attention, attentionTo } from './attention.ts'
import type { KeyPolicy } from './policy.ts'

/** A secret of a key as it may be shown. */
export interface KeySecret {
  readonly version: number
  /** `acme_production_7Fq2…9aXc` */
  readonly hint: string
  readonly createdAt: Date
  /** The end of its overlap; null for the current secret. */
  readonly endsAt: Date | null
  /** Whether its token was issued elsewhere and imported. */
  readonly imported: boolean
}

/** A key as its managers see it. A copy; holds neither token nor hash. */
export interface ManagedKey {
  readonly id: string
  readonly workspaceId: string
  readonly revision: number
  readonly name: string
  readonly description: string | null
  readonly environment: string
  /** What the key was granted. What it may do now is this, bounded by its owner's permissions. */
  readonly permissions: readonly string[]
  /** Addresses and CIDR ranges from which the key works, normalised. Empty: any. */
  readonly allowedAddresses: readonly string[]
  /** By type of resource, the ids that the key reaches. Of a type that is absent: all. */
  readonly resources: Readonly<Record<string, readonly string[]>>
  readonly owner: Owner
  readonly createdBy: ActorRef
  readonly metadata: Readonly<Record<string, string>>
  /** At the moment the key was read. */
  readonly status: KeyStatus
  /** Why the key needs a look, at the moment it was read; empty when it needs none. */
  readonly attention: readonly Attention[]
  /** The current token as it may be shown. */
  readonly hint: string
  /** The current secret first. */
  readonly secrets: readonly KeySecret[]
  /** Whether a token of the key was issued elsewhere and imported. A rotation replaces it by one of this keyring. */
  readonly imported: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly expiresAt: Date | null
  /** When a rotation is due (`policy.rotateAfter`); null for never. A reminder: nothing happens then. */
  readonly rotationDueAt: Date | null
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  readonly revokedReason: string | null
  /** When Claviger learnt that the owner is gone; null while it is there. */
  readonly ownerGoneAt: Date | null
  readonly lastUsedAt: Date | null
}

/** Turns a stored record into what may be shown, judged at `at`. */
export function keyFromRecord(record: KeyRecord, policy: KeyPolicy, at: number): ManagedKey {
  const [current] = record.secrets
  const rotationDueAt = current.createdAt + policy.rotateAfterMs
  return {
    id: record.id,
    workspaceId: record.workspaceId,
    revision: record.revision,
    name: record.name,
    description: record.description,
    environment: record.environment,
    permissions: [...record.permissions],
    allowedAddresses: [...record.allowedAddresses],
    resources: Object.fromEntries(Object.entries(record.resources).map(([type, ids]) => [type, [...ids]])),
    owner: { ...record.owner },
    createdBy: { ...record.createdBy },
    metadata: { ...record.metadata },
    status: keyStatus(record, at),
    attention: attentionTo(record, policy, at),
    hint: current.hint,
    secrets: record.secrets.map((secret) => ({
      version: secret.version,
      hint: secret.hint,
      createdAt: new Date(secret.createdAt),
      endsAt: date(secret.endsAt),
      imported: isImported(secret),
    })),
    imported: record.secrets.some(isImported),
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    expiresAt: date(record.expiresAt),
    rotationDueAt: date(rotationDueAt === Number.POSITIVE_INFINITY ? null : rotationDueAt),
    disabledAt: date(record.disabledAt),
    revokedAt: date(record.revokedAt),
    revokedReason: record.revokedReason,
    ownerGoneAt: date(record.ownerGoneAt),
    lastUsedAt: date(record.lastUsedAt),
  }
}

function date(at: number | null): Date | null {
  return at === null ? null : new Date(at)
}
