import type { ResourceIds } from '../restrictions/resource-selection.ts'
import type { Owner } from '../store/records.ts'
import type { MalformedHint } from '../token/hints.ts'

/**
 * A verified key, as handlers see it (`req.apiKey`, `ctx.state.apiKey`). Frozen and shared between requests;
 * holds neither token nor hash.
 */
export interface ApiKey {
  /** 16 base62 characters, the public part of the token. */
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly environment: string
  /** What the key may do now: declared permissions that both the key and its owner hold. No wildcards. */
  readonly permissions: readonly string[]
  readonly owner: Owner
  /** Which secret was used: 1 for the first, one more after each rotation. */
  readonly secretVersion: number
  /**
   * Which resources the key reaches now: by declared type the ids that both the key and its owner reach, sorted. Of a
   * type that is absent: all; an empty list: none. Filter lists by it. Empty for a key that is not limited.
   */
  readonly resources: ReachedResources
  /** The host's own notes on the key. Every actor that may update the key can change them. */
  readonly metadata: Readonly<Record<string, string>>
  /** When the key expires, or null for never. */
  readonly expiresAt: Date | null
  /** When the secret that was used stops because a rotation replaced it; null for the current one. */
  readonly secretEndsAt: Date | null
}

/** Ids by type of resource. Of a type that is absent: all; an empty list: none. */
export type ReachedResources = Readonly<Record<string, readonly string[] | undefined>>

/** Why a verification said no. Stable; the table of meanings and statuses is `docs/errors/`. */
export type RefusalCode =
  | 'malformed_key'
  | 'invalid_key'
  | 'key_revoked'
  | 'key_expired'
  | 'key_disabled'
  | 'key_rotated'
  | 'owner_gone'
  | 'address_not_allowed'
  | 'wrong_workspace'
  | 'wrong_environment'
  | 'insufficient_permission'
  | 'owner_lacks_permission'
  | 'resource_not_allowed'

/** The key is good. */
export interface Accepted {
  readonly ok: true
  readonly apiKey: ApiKey
  /** When this token stops working, as far as is known now: expiry or end of the overlap. Epoch milliseconds. */
  readonly endsAt: number | null
}

/** The key is not good, or not good for this. */
export interface Refused {
  readonly ok: false
  readonly code: RefusalCode
  /** Only for `malformed_key`: what is wrong with the text, told from its bytes alone. */
  readonly hint?: MalformedHint
  /** The key's id: only once its secret is proven. */
  readonly keyId?: string
  /** Only for `insufficient_permission` and `owner_lacks_permission`: what was asked for, not what the key holds. */
  readonly requiredPermissions?: readonly string[]
}

/** The answer of `verify`: a value for every yes and every expected no. */
export type Verification = Accepted | Refused

/** What a route or call asks of a key. All given conditions must hold. */
export interface Requirement<Permission extends string = string, Resource extends string = string> {
  /** The key must belong to this workspace. */
  readonly workspaceId?: string
  /** The key must be of one of these environments. */
  readonly environments?: readonly string[]
  /** The key must hold every one of these. */
  readonly permissions?: readonly Permission[]
  /** The key must hold at least one of these. */
  readonly anyPermission?: readonly Permission[]
  /** The key must reach these: an id by declared type. */
  readonly resources?: ResourceIds<Resource>
}

/**
 * How a token came: as `Authorization: Bearer <token>`, alone in a header of its own, or handed to `verify` directly.
 * One carrier's cached verification is never another's.
 */
export type Carrier = 'bearer' | 'header' | 'direct'
