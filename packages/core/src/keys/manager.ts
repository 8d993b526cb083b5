import type { Owner } from '../store/records.ts'
import type { Page } from '../store/query.ts'
import type { KeyStatus } from '../store/status.ts'
import type { Key } from './key.ts'

/** What `create` takes. A field not listed here is refused, not ignored. */
export interface CreateKeyInput<Permission extends string = string> {
  /** 1 to 128 characters, no control characters. Say what uses the key. */
  readonly name: string
  /** One of the keyring's environments. Can never be changed. */
  readonly environment: string
  /** At most 2 000 characters. */
  readonly description?: string
  /** Grants. Default: the keyring's `defaultPermissions`, as far as the actor holds them. */
  readonly permissions?: readonly (Permission | (string & {}))[]
  /** Default: the actor itself. A service account needs `can.manageServiceAccounts`; the system actor must say. */
  readonly owner?: Owner
  /** Default: never. */
  readonly expiresAt?: Date | null
  /** At most 32 entries of text. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** A new key and, this once, its token. */
export interface CreatedKey {
  readonly key: Key
  /** Show it to the user now; it cannot be had again. */
  readonly token: string
}

/** What `list` takes. All given conditions hold together. */
export interface ListKeysInput {
  readonly status?: KeyStatus | readonly KeyStatus[]
  readonly environment?: string
  readonly ownerId?: string
  /** The key id, the last four characters of the token, or the beginning of the name. */
  readonly search?: string
  readonly cursor?: string
  /** 1 to 100. Default 25. */
  readonly limit?: number
}

/** The keys of one workspace, as one actor may see and change them. Made by `keyring.as(actor)`. */
export interface KeyManager<Permission extends string = string> {
  /**
   * Makes a key.
   *
   * @throws {ValidationError} when a field is unknown, missing or wrong
   * @throws {PermissionCeilingError} when the actor does not hold what it wants to grant
   * @throws {ForbiddenError} when the actor may not create keys, or not for this owner
   * @throws {UnavailableError} when the store does not answer in time; the key may exist, but nobody has its token
   */
  create(input: CreateKeyInput<Permission>): Promise<CreatedKey>
  /**
   * Reads one key.
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   */
  get(id: string): Promise<Key>
  /** Lists the keys the actor may see, newest first. */
  list(input?: ListKeysInput): Promise<Page<Key>>
  /**
   * Ends a key for good. When this resolves, no verification that starts later in this process accepts it.
   * Revoking again changes nothing and gives the key as it was revoked first.
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   * @throws {RevocationNotDurableError} when the store did not confirm: refused here at once, retried in the background
   */
  revoke(id: string, options?: { readonly reason?: string }): Promise<Key>
}
