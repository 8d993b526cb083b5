/** Whose permissions bound a key, now and not only when it was made. */
export interface Owner {
  readonly type: 'user' | 'service'
  /** The host's id of a user, or the id of a service account. */
  readonly id: string
}

/** Who did something, as written into records and activity. */
export interface ActorRef {
  readonly type: 'user' | 'service' | 'key' | 'system'
  readonly id: string
}

/** One secret of a key, as stored. Holds nothing from which the token could be had. */
export interface SecretRecord {
  /** Counts up by one at each rotation, from 1. */
  readonly version: number
  /** The token as it may be shown: `acme_production_7Fq2…9aXc`. */
  readonly hint: string
  /** Self-describing hash: a PHC string of argon2id, `$hmac-sha256$…`, or `$sha256$…` of an imported token not used yet. */
  readonly hash: string
  /**
   * Self-describing 8-byte tag of the token, checked before the hash: `sha256$…`; or `hmac-sha256$…$…`, with its
   * pepper's fingerprint.
   */
  readonly tag: string
  /** Which pepper made hash and tag; null for none. */
  readonly pepperId: string | null
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** When the secret ends because a rotation replaced it: the end of the overlap. Null for the current secret. */
  readonly endsAt: number | null
  /** Set for a token that was issued elsewhere and imported, for as long as it is stored. Absent: it was made here. */
  readonly imported?: true
}

/** A key, as stored. All instants are integer milliseconds since the Unix epoch. */
export interface KeyRecord {
  /** 16 base62 characters, the public part of the token. */
  readonly id: string
  readonly workspaceId: string
  /** 1 when first stored; one more with each change. 0 never appears in a store. */
  readonly revision: number
  readonly name: string
  readonly description: string | null
  readonly environment: string
  /** Grants, sorted, without duplicates. */
  readonly permissions: readonly string[]
  readonly owner: Owner
  readonly createdBy: ActorRef
  /** Free text of the host, by name. At most 32 entries. */
  readonly metadata: Readonly<Record<string, string>>
  /** The current secret first; during a rotation overlap the previous one behind it. */
  readonly secrets: readonly [SecretRecord] | readonly [SecretRecord, SecretRecord]
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number | null
  readonly disabledAt: number | null
  /** Once set, never unset: a store refuses a commit that would. */
  readonly revokedAt: number | null
  readonly revokedReason: string | null
  /** When Claviger learnt that the owner is gone; null while it is there. */
  readonly ownerGoneAt: number | null
  /**
   * Kept by `addUsage`, moves forward only. A commit that inserts a key stores it; every other leaves it alone, whatever
   * the written record says.
   */
  readonly lastUsedAt: number | null
  /**
   * What narrows the key beyond its permissions, by name, sorted: `addresses`, `resources`. It says the same as the two
   * fields below, and may hold the name of a restriction that a later version brought: a process that does not know
   * each of them refuses the key with 503.
   */
  readonly restrictions: readonly string[]
  /** Addresses and CIDR ranges from which the key works, normalised, at most 50. Empty: any. */
  readonly allowedAddresses: readonly string[]
  /** By type of resource, the ids that the key reaches: sorted, at most 100 of a type; an empty list for none, which is what a
   * withdrawal may leave. Of a type that is absent: all.
   */
  readonly resources: Readonly<Record<string, readonly string[]>>
  /** When each reminder about the key was sent, by name. At most 16. Written in silent changes. */
  readonly reminders: Readonly<Record<string, number>>
}

/** A non-human owner of keys, as stored. */
export interface ServiceAccountRecord {
  readonly id: string
  readonly workspaceId: string
  readonly revision: number
  readonly name: string
  readonly description: string | null
  /** Grants: the ceiling of its keys. */
  readonly permissions: readonly string[]
  readonly createdBy: ActorRef
  readonly createdAt: number
  readonly updatedAt: number
  /** Once set, the account is gone and its keys are refused. */
  readonly deletedAt: number | null
}

/** Remembers that an actor's creating call was carried out, so that a retry does not create twice. */
export interface IdempotencyRecord {
  readonly workspaceId: string
  readonly actor: ActorRef
  /** The caller's `Idempotency-Key`. Unique per workspace and actor. */
  readonly idempotencyKey: string
  /** Digest of the request, to tell a retry from another request under the same key. */
  readonly requestHash: string
  /** What the call created. */
  readonly keyId: string
  readonly createdAt: number
}

/** A JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** One line of the activity log. Never holds a token or a hash. */
export interface Activity {
  readonly id: string
  readonly workspaceId: string
  readonly at: number
  readonly actor: ActorRef
  /** What was done, e.g. `key.created`. */
  readonly action: string
  readonly target: { readonly type: 'key' | 'serviceAccount'; readonly id: string }
  /** The changed fields before and after. Null where there was no before or after. */
  readonly before: { readonly [field: string]: JsonValue } | null
  readonly after: { readonly [field: string]: JsonValue } | null
  /** Where the call came from, as the host told it. */
  readonly origin: { readonly ip?: string; readonly userAgent?: string; readonly requestId?: string } | null
}
