import type { Duration } from '../../input/duration.ts'
import type { Instant } from '../../input/instant.ts'
import type { Grant } from '../../permissions/grant.ts'
import type { ResourceSelection } from '../../restrictions/resource-selection.ts'
import type { Owner } from '../../store/records.ts'
import type { KeyStatus } from '../../store/status.ts'
import type { AnyClavigerError } from '../../verification/any-error.ts'
import type { Attention } from './attention.ts'
import type { ManagedKey } from './key.ts'

/** Input of `create`. Unknown fields are refused, not ignored. */
export interface CreateKeyInput<Permission extends string = string, Resource extends string = string> {
  /** What uses the key: 1 to 128 characters, no control characters. */
  readonly name: string
  /** One of the keyring's environments. Cannot be changed later. */
  readonly environment: string
  /** At most 2 000 characters. */
  readonly description?: string | null | undefined
  /**
   * Grants. Default: those of the keyring's `defaultPermissions` that the actor, and the owning service account, hold.
   */
  readonly permissions?: readonly Grant<Permission>[] | undefined
  /**
   * Which resources the key reaches: by declared type 1 to 100 ids, which are compared exactly; 32 768 characters in
   * all. Of a type that is left out: all. The actor must reach them. Default: all of every type.
   */
  readonly resources?: ResourceSelection<Resource>
  /**
   * Default: the actor itself. A service account needs `can.manageServiceAccounts`; the system actor must name an
   * owner.
   */
  readonly owner?: Owner | undefined
  /** Expiry. Default: never; for a key that acts, its own expiry. Text is RFC 3339 with a time zone. */
  readonly expiresAt?: Instant | null | undefined
  /** Expiry from now, such as `'90d'`. Instead of `expiresAt`. */
  readonly expiresIn?: Duration | undefined
  /**
   * At most 32 entries of text, and 4 096 bytes of UTF-8 as JSON in all. Every actor that may update the key may change
   * it: do not keep anything here that customers must not change.
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /**
   * From where the key works: IPv4 and IPv6 addresses and CIDR ranges, at most 50. Default: anywhere; for a key that acts,
   * from where that works.
   */
  readonly allowedAddresses?: readonly string[] | undefined
}

/** Options of `create`. */
export interface CreateKeyOptions {
  /**
   * 1 to 255 characters, chosen by the caller for this request. A repeated call by the same actor with the same input
   * returns the first key, without its token, and creates no second one.
   */
  readonly idempotencyKey: string
}

/** A new key and its token, which is returned only here. */
export interface CreatedKey {
  readonly key: ManagedKey
  /** Show it to the user now; it cannot be retrieved later. */
  readonly token: string
  readonly replayed: false
}

/** The key an earlier call with the same idempotency key made. If its token is lost, rotate it with `overlap: 0`. */
export interface ReplayedKey {
  readonly key: ManagedKey
  readonly token: null
  readonly replayed: true
}

/** Input of `update`. Omitted fields stay as they are; unknown fields are refused, not ignored. */
export interface UpdateKeyInput<Permission extends string = string, Resource extends string = string> {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  /** Replaces all grants. The actor must hold those that are new to the key. */
  readonly permissions?: readonly Grant<Permission>[] | undefined
  /**
   * Replaces the resources of every type; `{}` for all of every type. The actor must hold what is new to the key: a new
   * resource with every permission of the key, a new permission on every resource of the key.
   */
  readonly resources?: ResourceSelection<Resource> | undefined
  /**
   * To move the expiry later, or remove it, the actor must hold everything the key holds; `policy.maxLifetime` applies.
   */
  readonly expiresAt?: Instant | null | undefined
  /** Expiry from now, such as `'90d'`. Instead of `expiresAt`. */
  readonly expiresIn?: Duration | undefined
  /** Replaces all entries. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /**
   * Replaces all addresses; an empty list: anywhere. To let the key work from an address from which it did not, the actor must
   * hold everything the key holds.
   */
  readonly allowedAddresses?: readonly string[] | undefined
}

/** Options of a change. */
export interface ChangeOptions {
  /** The `revision` that the caller has read: with another one, the call throws `ConflictError`. Default: any. */
  readonly revision?: number | undefined
}

/** Options of `rotate`. */
export interface RotateOptions extends ChangeOptions {
  /**
   * How long the previous secret still works. Default `'24h'`; at most `policy.maxOverlap`, and never beyond the key's
   * expiry. `0`: every older secret stops immediately.
   */
  readonly overlap?: Duration | undefined
  readonly idempotencyKey?: undefined
}

/** Options of a `rotate` that is carried out once, even when the call is repeated. */
export interface RotateOnceOptions extends Omit<RotateOptions, 'idempotencyKey'> {
  /**
   * 1 to 255 characters, chosen by the caller for this rotation. A repeated call by the same actor with the same options
   * rotates nothing, and returns the key without the token. While the store does not answer, a call with `overlap: 0`
   * withholds nothing, since it may be a repetition.
   */
  readonly idempotencyKey: string
}

/** The key after the rotation and its new token, which is returned only here. */
export interface RotatedKey {
  readonly key: ManagedKey
  /** Show it to the user now; it cannot be retrieved later. */
  readonly token: string
  /** When the previous token stops working; null when it has stopped already. */
  readonly overlapEndsAt: Date | null
  readonly replayed: false
}

/** The key that an earlier call with the same idempotency key rotated. If its token is lost, rotate again. */
export interface ReplayedRotation {
  readonly key: ManagedKey
  readonly token: null
  readonly overlapEndsAt: Date | null
  readonly replayed: true
}

/** A reason, for the activity log. */
export interface ReasonOptions {
  /** At most 500 characters. */
  readonly reason?: string | null | undefined
}

/** Options of `revokeMany`. */
export interface RevokeManyOptions extends ReasonOptions {
  /** Only look what would happen: the same results, and nothing is revoked. Default false. */
  readonly dryRun?: boolean | undefined
}

/** Input of `list`. All given conditions must hold; of several values for one condition, one must match. */
export interface ListKeysInput {
  /** `rotating` keys are active, with a previous secret that still works: ask for both to get every key that works. */
  readonly status?: KeyStatus | readonly KeyStatus[] | undefined
  /** `false` leaves out revoked and expired keys. Instead of `status`. Default true. */
  readonly ended?: boolean | undefined
  /** One environment, or several. */
  readonly environment?: string | readonly string[] | undefined
  /** The id of the owner, whatever its type. */
  readonly ownerId?: string | readonly string[] | undefined
  /** Keys of users, of service accounts, or of both. */
  readonly ownerType?: Owner['type'] | readonly Owner['type'][] | undefined
  /** Only keys that need attention for one of these reasons. Ended keys are left out unless `status` is given. */
  readonly attention?: Attention | readonly Attention[] | undefined
  /** The key id, the last four characters of the token, or the beginning of the name. */
  readonly search?: string | undefined
  /** The `nextCursor` of the page before. Left out: the first page. */
  readonly cursor?: string | undefined
  /** 1 to 100. Default 25. */
  readonly limit?: number | undefined
}

/** How one of several revocations ended; with `dryRun`, how it would, with the key as it is. */
export type RevokeResult =
  | { readonly id: string; readonly ok: true; readonly key: ManagedKey }
  | {
      readonly id: string
      readonly ok: false
      /** Why not: `code` narrows it to its class. Not found, not durable, ... */
      readonly error: AnyClavigerError
    }

/** What an actor may grant. */
export interface Grantable<Permission extends string = string> {
  /** Every declared permission. */
  readonly declared: readonly Permission[]
  /** The declared permissions the actor holds. */
  readonly grantable: readonly Permission[]
  /** What a new key gets unless told otherwise. */
  readonly defaults: readonly Permission[]
}
