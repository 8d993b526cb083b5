/** Whose a key is, or who made it. */
export interface NamedReference<Type extends string> {
  readonly type: Type
  readonly id: string
  /** As people call it; null where no one knows. */
  readonly name: string | null
}

/** A secret of a key: never the secret itself. */
export interface SecretResource {
  readonly version: number
  readonly hint: string
  readonly createdAt: string
  /** Within the last 30 days; null when it was not used, or when that was not read. */
  readonly lastUsedAt: string | null
  /** The end of its overlap; null for the current secret. */
  readonly expiresAt: string | null
  /** Whether its token was issued elsewhere and imported. */
  readonly imported: boolean
}

/** A key, as the API sends it. Holds neither token nor hash. */
export interface KeyResource {
  readonly object: 'apiKey'
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly workspaceId: string
  readonly environment: string
  readonly owner: NamedReference<'user' | 'service'>
  readonly createdBy: NamedReference<'user' | 'service' | 'key' | 'system'>
  /** The current token as it may be shown: `acme_production_7Fq2...9aXc`. */
  readonly hint: string
  /** What the key was granted. */
  readonly permissions: readonly string[]
  /** Addresses and CIDR ranges from which the key works. Empty: any. */
  readonly allowedAddresses: readonly string[]
  /** By type of resource, the ids that the key reaches. Of a type that is absent: all. */
  readonly resources: Readonly<Record<string, readonly string[]>>
  /** What it may do now, bounded by its owner. Null where it was not read: in lists, and after a change. */
  readonly effectivePermissions: readonly string[] | null
  readonly status: 'active' | 'rotating' | 'disabled' | 'expired' | 'revoked'
  readonly attention: readonly ('ownerGone' | 'expiring' | 'rotationDue' | 'unused' | 'neverUsed')[]
  /** The current secret first. */
  readonly secrets: readonly SecretResource[]
  /** Whether a token of the key was issued elsewhere and imported. */
  readonly imported: boolean
  readonly createdAt: string
  readonly updatedAt: string
  /** When it got its current secret; null for a key that was never rotated. */
  readonly rotatedAt: string | null
  readonly rotationDueAt: string | null
  /** Null: never. */
  readonly expiresAt: string | null
  readonly disabledAt: string | null
  readonly revokedAt: string | null
  readonly revokedReason: string | null
  readonly ownerGoneAt: string | null
  readonly lastUsedAt: string | null
  /** Requests in the last 30 days. Null where it was not read, or cannot be. */
  readonly requestCount30d: number | null
  readonly deniedCount30d: number | null
  readonly metadata: Readonly<Record<string, string>>
  /** One more with each change: the `ETag` of the key. */
  readonly revision: number
}

/** One page of a list. */
export interface PageResource<Item> {
  readonly data: readonly Item[]
  readonly hasMore: boolean
  /** Give it back as `cursor`; null when this is the last page. */
  readonly nextCursor: string | null
}

/** A new key with its token, which is sent only here. */
export interface CreatedKeyResource {
  readonly key: KeyResource
  readonly token: string
  readonly tokenShownOnce: true
}

/** What an earlier call with the same idempotency key made. The token is gone. */
export interface ReplayedKeyResource {
  readonly key: KeyResource
  readonly token: null
  readonly tokenShownOnce: true
}

/** A rotated key with its new token, which is sent only here. */
export interface RotatedKeyResource extends CreatedKeyResource {
  /** When the previous token stops working; null when it has stopped already. */
  readonly overlapEndsAt: string | null
}

/** What an earlier rotation with the same idempotency key came to. The token is gone. */
export interface ReplayedRotationResource extends ReplayedKeyResource {
  readonly overlapEndsAt: string | null
}

/** How one of several revocations ended. */
export interface RevocationResource {
  readonly id: string
  readonly ok: boolean
  /** The key after it, or with `dryRun` as it is; null where it failed. */
  readonly key: KeyResource | null
  /** The code of the problem; null where it succeeded. */
  readonly code: string | null
  /** What went wrong, in a sentence; null where nothing did. */
  readonly detail: string | null
}

/** How several revocations ended, in the order of the ids. */
export interface RevocationsResource {
  readonly data: readonly RevocationResource[]
  readonly dryRun: boolean
}
