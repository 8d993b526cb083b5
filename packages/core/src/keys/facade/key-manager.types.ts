import type { ListPage } from '../../store/query.ts'
import type { Owner } from '../../store/records.ts'
import type { DiagnoseInput, DiagnoseTarget, Diagnosis } from '../diagnosis/diagnose.types.ts'
import type { ImportKeyInput, ImportOptions, ImportReport } from '../importing/import.types.ts'
import type { ActivityEntry, ActivityInput } from '../reading/read-activity.ts'
import type { UsageReader } from './usage-reader.types.ts'
import type { ServiceAccountManager } from '../service-accounts/account-manager.types.ts'
import type {
  ChangeOptions,
  CreatedKey,
  CreateKeyInput,
  CreateKeyOptions,
  Grantable,
  ListKeysInput,
  ReasonOptions,
  ReplayedKey,
  ReplayedRotation,
  RevokeManyOptions,
  RevokeResult,
  RotatedKey,
  RotateOnceOptions,
  RotateOptions,
  UpdateKeyInput,
} from '../shapes/inputs.ts'
import type { Ability } from '../shapes/actor.ts'
import type { ManagedKey } from '../shapes/key.ts'

/**
 * Management calls for one workspace, limited to what one actor may see and change. Made by `keyring.as(actor)`.
 *
 * Every call can also throw `ForbiddenError` (the actor's `can` denies it, or it is a key without `keys:manage`),
 * `UnavailableError` (the store does not answer in time: the outcome is unknown) and `ClosedError`.
 *
 * Calls that only take power from a key (`revoke`, `revokeMany`, `disable`, an `update` to less without a `revision`,
 * `rotate` with `overlap: 0`, `endOverlap`) never lose to concurrent writers of the key. When the store does not
 * confirm one, it holds in this process at once and is retried until it is stored, and the call throws
 * `RevocationNotDurableError`.
 */
export interface KeyManager<Permission extends string = string, Resource extends string = string> extends UsageReader {
  /**
   * Makes a key.
   *
   * @example
   * const { key, token } = await keys.create({ name: 'Production', environment: 'production', expiresIn: '90d' })
   * console.log(`${token} is shown only now; its id is ${key.id}.`)
   *
   * @throws {ValidationError} when a field is unknown, missing or wrong
   * @throws {PermissionCeilingError} when the actor, or the owning service account, does not hold a grant
   * @throws {ForbiddenError} when the actor may not create keys, or not for this owner, environment or expiry
   */
  create(input: CreateKeyInput<Permission, Resource>): Promise<CreatedKey>
  /**
   * Creates a key once, even when the call is repeated.
   *
   * @example
   * const created = await keys.create({ name: 'CI', environment: 'ci' }, { idempotencyKey: 'deploy-42' })
   * console.log(created.replayed ? 'It was made before; its token was shown then.' : created.token)
   *
   * @throws {IdempotencyKeyReusedError} when the same actor used the idempotency key for another input
   */
  create(input: CreateKeyInput<Permission, Resource>, options: CreateKeyOptions): Promise<CreatedKey | ReplayedKey>
  /**
   * Imports keys that were issued elsewhere, by the SHA-256 of their tokens. Their clients change nothing: the tokens
   * keep working, as keys of this keyring. Needs the option `importedTokens`. An entry that is wrong keeps no other from
   * being imported, and one that was imported before stays as it is, so that a list can be imported again.
   *
   * @example
   * const rows = [{ digest: 'a'.repeat(64), label: 'Nightly job' }]
   * const list = rows.map(({ digest, label }) => ({
   *   tokenSha256: digest,
   *   name: label,
   *   environment: 'production',
   *   permissions: ['prompts:read'] as const,
   *   owner: { type: 'user', id: 'ada' } as const,
   * }))
   * const { failed, results } = await keys.import(list, { dryRun: true })
   * for (const result of results) if (result.outcome === 'refused') console.warn(result.index, result.error.message)
   *
   * @param list at most 1 000 entries, and 1 MiB as JSON in all
   * @throws {ValidationError} for what is no list, or one that is too long: what is wrong with entries is in the report
   * @throws {ForbiddenError} when the actor may not create keys, or the keyring takes no imported tokens
   */
  import(list: readonly ImportKeyInput<Permission>[], options?: ImportOptions): Promise<ImportReport>
  /**
   * Reads one key.
   *
   * @example
   * const { status, attention } = await keys.get(key.id)
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   */
  get(id: string): Promise<ManagedKey>
  /**
   * Lists the keys the actor may see, newest first.
   *
   * @example
   * const { items, nextCursor } = await keys.list({ environment: 'production', attention: 'rotationDue' })
   *
   * @throws {ValidationError} naming the condition
   */
  list(input?: ListKeysInput): Promise<ListPage<ManagedKey>>
  /**
   * Changes name, description, grants, expiry (`expiresAt` or `expiresIn`, not both) or metadata. A change that only
   * removes grants or brings the expiry forward takes effect as fast as a revocation and does not lose to concurrent
   * changes, unless you pass a `revision`.
   *
   * @example
   * await keys.update(key.id, { permissions: ['prompts:read'] }, { revision: key.revision })
   *
   * @throws {KeyNotFoundError}
   * @throws {KeyEndedError} when the key is revoked or expired
   * @throws {PermissionCeilingError} when the actor does not hold the added grants, or, for a later expiry, all of them
   * @throws {ConflictError} when the key has another revision by now
   * @throws {RevocationNotDurableError} when the store did not confirm the removal: it holds in this process and is
   * retried
   */
  update(id: string, input: UpdateKeyInput<Permission, Resource>, options?: ChangeOptions): Promise<ManagedKey>
  /**
   * Rotates a key once, even when the call is repeated.
   *
   * @example
   * const rotated = await keys.rotate(key.id, { overlap: '24h', idempotencyKey: 'release-7' })
   * console.log(rotated.replayed ? 'It was rotated before; the token was shown then.' : rotated.token)
   *
   * @throws {IdempotencyKeyReusedError} when the same actor used the idempotency key for another request
   */
  rotate(id: string, options: RotateOnceOptions): Promise<RotatedKey | ReplayedRotation>
  /**
   * Gives the key a new secret under the same id. The previous one works for the overlap, so that clients can switch.
   * Only the owner rotates a personal key, since rotating returns the token.
   *
   * @example
   * const rotated = await keys.rotate(key.id, { overlap: '24h' })
   * console.log(`Deploy ${rotated.token}; the old one works until ${rotated.overlapEndsAt?.toISOString()}.`)
   *
   * @throws {KeyNotFoundError}
   * @throws {KeyEndedError} when the key is revoked or expired
   * @throws {RotationInProgressError} while the previous overlap runs, unless `overlap` is 0
   * @throws {ConflictError} when the key has another revision than the one you gave, or another call rotated at the same
   * time: one wins. With `overlap: 0` the older secrets have still ended
   * @throws {RevocationNotDurableError} with `overlap: 0`, when the store did not confirm: the older secrets are
   * refused in this process
   * @throws {PermissionCeilingError} when the actor does not hold what the key was granted
   * @throws {ForbiddenError} for another user's personal key, and for an acting key that ends before this one
   */
  rotate(id: string, options?: RotateOptions): Promise<RotatedKey>
  /**
   * Ends the overlap of a rotation: the previous secret stops immediately. Without an overlap, nothing changes.
   *
   * @example
   * await keys.endOverlap(key.id)
   *
   * @throws {KeyNotFoundError} @throws {KeyEndedError}
   * @throws {RevocationNotDurableError} when the store did not confirm: it holds in this process and is retried
   */
  endOverlap(id: string): Promise<ManagedKey>
  /**
   * Refuses the key until it is enabled again. Needs the ability `revoke`.
   *
   * @example
   * await keys.disable(key.id, { reason: 'Looks leaked; checking' })
   *
   * @throws {KeyNotFoundError} @throws {KeyEndedError}
   * @throws {RevocationNotDurableError} when the store did not confirm: refused in this process at once, retried in the
   * background
   */
  disable(id: string, options?: ReasonOptions): Promise<ManagedKey>
  /**
   * Accepts a disabled key again.
   *
   * @example
   * await keys.enable(key.id)
   *
   * @throws {KeyNotFoundError} @throws {KeyEndedError}
   * @throws {PermissionCeilingError} when the actor does not hold what the key was granted
   */
  enable(id: string): Promise<ManagedKey>
  /**
   * Ends a key permanently. When this resolves, no verification that starts later in this process accepts it; other
   * processes refuse it at once where the store has a bus, and within 2 s otherwise (`pollMs` + `storeTimeoutMs`). Revoking
   * again changes nothing and returns the key as it was first revoked.
   *
   * @example
   * await keys.revoke(key.id, { reason: 'Leaked in a public repository' })
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   * @throws {RevocationNotDurableError} when the store did not confirm: refused in this process at once, retried in the
   * background
   */
  revoke(id: string, options?: ReasonOptions): Promise<ManagedKey>
  /**
   * Revokes up to 100 keys, each independently: a failure is in the results and does not throw. With `dryRun`, it only
   * says what would happen. When the actor is a key (`keyActor`) that is among them, it is revoked last.
   *
   * @example
   * const results = await keys.revokeMany([key.id], { reason: 'Unused' })
   * const failed = results.filter((result) => !result.ok)
   *
   * @throws {ValidationError}
   */
  revokeMany(ids: readonly string[], options?: RevokeManyOptions): Promise<readonly RevokeResult[]>
  /**
   * Changes the owner of a key, for example when a user leaves: to a service account that the actor manages, or to the
   * actor itself. The previous owner may still know the token: rotate it soon.
   *
   * @example
   * await keys.transfer(key.id, { type: 'service', id: account.id })
   *
   * @throws {KeyNotFoundError} @throws {KeyEndedError}
   * @throws {PermissionCeilingError} when the actor or the service account does not hold what the key was granted
   */
  transfer(id: string, owner: Owner): Promise<ManagedKey>
  /**
   * Reads the activity log, newest first: with `listAll` of the whole workspace, else of one visible key or of what the
   * actor did itself.
   *
   * @example
   * const { items } = await keys.activity({ keyId: key.id })
   * for (const { at, actor, action } of items) console.log(at.toISOString(), actor.id, action)
   *
   * @throws {KeyNotFoundError} @throws {ValidationError}
   * @throws {NotSupportedError} when the store keeps no log
   */
  activity(input?: ActivityInput): Promise<ListPage<ActivityEntry>>
  /**
   * Explains why requests with a key fail: runs the checks of a verification in order, up to the first that fails, and
   * says how to fix it.
   *
   * @example
   * const { code, fix } = await keys.diagnose(token, { permission: 'prompts:write' })
   * if (fix !== null) console.log(code, fix)
   *
   * @param target what the client sends after `Bearer `, unchanged: spaces and quotes included; or `{ id }` for a key
   * without its token
   * @param input what the failing route requires
   * @throws {ValidationError} when permission or environment is not declared
   * @throws {UnavailableError} when store or owner lookup fail
   */
  diagnose(target: DiagnoseTarget, input?: DiagnoseInput<Permission, Resource>): Promise<Diagnosis>
  /**
   * Reads what a key may do now: the declared permissions that both the key and its owner hold. None when the owner is
   * gone. Whether the key has ended is its `status`.
   *
   * @example
   * const permissions = await keys.effectivePermissions(key.id)
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   * @throws {UnavailableError} when store or owner lookup fail
   */
  effectivePermissions(id: string): Promise<readonly string[]>
  /**
   * Returns what the actor may do: every ability, with its default where `can` says nothing. Does no I/O. A call may
   * still be refused because of the key it is about.
   *
   * @example
   * const { create, listAll } = keys.abilities()
   * if (create && listAll) console.log('Show the button, and every key.')
   */
  abilities(): Readonly<Record<Ability, boolean>>
  /**
   * Returns what the actor may grant. Does no I/O.
   *
   * @example
   * const { grantable, defaults } = keys.grantable()
   */
  grantable(): Grantable<Permission>
  /** The service accounts of the workspace. */
  readonly serviceAccounts: ServiceAccountManager<Permission>
}
