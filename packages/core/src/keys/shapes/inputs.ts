import type { Duration } from '../../input/duration.ts'
import type { Grant } from '../../permissions/grant.ts'
import type { Owner } from '../../store/records.ts'
import type { KeyStatus } from '../../store/status.ts'
import type { AnyClavigerError } from '../../verification/any-error.ts'
import type { Attention } from './attention.ts'
import type { Instant } from '../../input/instant.ts'
import type { Key } from './key.ts'

/** What `create` takes. A field not listed here is refused, not ignored. */
export interface CreateKeyInput<Permission extends string = string> {
  /** 1 to 128 characters, no control characters. Say what uses the key. */
  readonly name: string
  /** One of the keyring's environments. Can never be changed. */
  readonly environment: string
  /** At most 2 000 characters. */
  readonly description?: string | null | undefined
  /** Grants. Default: the keyring's `defaultPermissions`, as far as the actor and a service account hold them. */
  readonly permissions?: readonly Grant<Permission>[] | undefined
  /** Default: the actor itself. A service account needs `can.manageServiceAccounts`; the system actor must say. */
  readonly owner?: Owner | undefined
  /** When it ends. Default: never; for a key that acts, when that ends. Text is RFC 3339 with a zone. */
  readonly expiresAt?: Instant | null | undefined
  /** When it ends, from now: `'90d'`. Instead of `expiresAt`. */
  readonly expiresIn?: Duration | undefined
  /**
   * At most 32 entries of text, and 4 096 bytes of UTF-8 as JSON in all. Every actor that may update the key may change them: no
   * place for what customers must not change.
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Options of `create`. */
export interface CreateKeyOptions {
  /**
   * 1 to 255 characters, the caller's name for this request. The same again, by the same actor and with the same input,
   * makes no second key: it gives the first one, without its token.
   */
  readonly idempotencyKey: string
}

/** A key and, this once, its token. */
export interface CreatedKey {
  readonly key: Key
  /** Show it to the user now; it cannot be had again. */
  readonly token: string
  readonly replayed: false
}

/** The key an earlier call with the same idempotency key made. If its token is lost, rotate it with `overlap: 0`. */
export interface ReplayedKey {
  readonly key: Key
  readonly token: null
  readonly replayed: true
}

/** What `update` takes. What is left out stays; a field not listed here is refused, not ignored. */
export interface UpdateKeyInput<Permission extends string = string> {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  /** Replaces all grants. What the key did not hold before, the actor must hold. */
  readonly permissions?: readonly Grant<Permission>[] | undefined
  /** A later end, or none, needs everything the key holds, and stays within `policy.maxLifetime`. */
  readonly expiresAt?: Instant | null | undefined
  readonly expiresIn?: Duration | undefined
  /** Replaces all entries. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Options of a change. */
export interface ChangeOptions {
  /** The `revision` the caller has seen: if the record has another by now, nothing is changed. Default: any. */
  readonly revision?: number | undefined
}

/** Options of `rotate`. */
export interface RotateOptions {
  /**
   * How long the old secret still works. Default `'24h'`; at most `policy.maxOverlap`, and never beyond the key's expiry.
   * `0`: every older secret stops now.
   */
  readonly overlap?: Duration | undefined
}

/** The key with its new secret and, this once, the token. */
export interface RotatedKey {
  readonly key: Key
  /** Show it to the user now; it cannot be had again. */
  readonly token: string
  /** Until when the previous token works beside it; null when it has stopped already. */
  readonly overlapEndsAt: Date | null
}

/** Why something is done, for the activity log. */
export interface Reason {
  /** At most 500 characters. */
  readonly reason?: string | null | undefined
}

/** What `list` takes. All given conditions hold together. */
export interface ListKeysInput {
  readonly status?: KeyStatus | readonly KeyStatus[] | undefined
  /** `false` leaves out what ended: revoked and expired keys. In place of `status`. Default true. */
  readonly ended?: boolean | undefined
  readonly environment?: string | undefined
  readonly ownerId?: string | undefined
  /** Only keys that need this kind of look. Unless `status` is given, ended keys are left out. */
  readonly attention?: Attention | undefined
  /** The key id, the last four characters of the token, or the beginning of the name. */
  readonly search?: string | undefined
  readonly cursor?: string | undefined
  /** 1 to 100. Default 25. */
  readonly limit?: number | undefined
}

/** How one of several revocations ended. */
export type RevokeResult =
  | { readonly id: string; readonly ok: true; readonly key: Key }
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
