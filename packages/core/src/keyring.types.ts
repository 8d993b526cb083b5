import type { FollowHandler, Follower, FollowOptions } from './followers/follow.types.ts'
import type { KeyManager } from './keys/facade/key-manager.types.ts'
import type { Actor } from './keys/shapes/actor.ts'
import type { Policy } from './keys/shapes/policy.ts'
import type { Guarantees } from './life/guarantees.ts'
import type { Health } from './life/health.ts'
import type { PermissionCatalogue } from './permissions/catalogue.ts'
import type { RemindOptions } from './reminders/reminders.ts'
import type { RemindResult } from './reminders/run.ts'
import type { Owner } from './store/records.ts'
import type { ApiKey, Refused, Requirement, Verification } from './verification/verification.ts'

/** What a key must meet: all given conditions. A plain object; a name that is not listed here is refused. */
export interface KeyRequirement<Permission extends string = string, Resource extends string = string>
  extends Omit<Requirement<Permission, Resource>, 'environments'> {
  /** One permission the key must hold; shorthand for `permissions: [permission]`. */
  readonly permission?: Permission
  /** The environment the key must be of, or those of which it must be one. */
  readonly environment?: string | readonly string[]
}

/** What `verify` asks: what the key must meet, and from where it is used. */
export interface KeyUse<Permission extends string = string, Resource extends string = string>
  extends KeyRequirement<Permission, Resource> {
  /**
   * The address of the client, for keys that work from some addresses only. Left out, or undefined: it is not known, and
   * such a key is refused.
   */
  readonly address?: string | null | undefined
}

/** Options of `watch`: the requirement that the key must keep meeting, and the end of the watch. */
export interface WatchOptions<Permission extends string = string, Resource extends string = string>
  extends KeyRequirement<Permission, Resource> {
  /**
   * The address of the client: the watch ends when the key does not work from there any more. Left out: when any address
   * is taken from the key.
   */
  readonly address?: string | null | undefined
  /** Ends the watch when it aborts. Give it when the client leaves. */
  readonly signal?: AbortSignal
}

/** The entry point: keys of one product in one store. Made by `createKeyring`. */
export interface Keyring<Permission extends string = string, Resource extends string = string> {
  /** The declared permissions. */
  readonly permissions: PermissionCatalogue<Permission>
  /** The declared types of resources. Frozen; empty where none is declared. */
  readonly resources: readonly Resource[]
  /** The environments of new keys. More may be accepted: `tokenGrammar.environments`. */
  readonly environments: readonly string[]
  /** The rules for keys, with their defaults. Frozen. */
  readonly policy: Policy
  /**
   * Matches this keyring's tokens in any text, for secret scanners. It has no flags, so `test` keeps no state;
   * `replace` finds the first token only, and `redact` all.
   */
  readonly tokenPattern: RegExp
  /**
   * Masks every token of this keyring in a text, also truncated ones: for loggers. A value that is not text is
   * returned unchanged.
   *
   * @example
   * console.log(keyring.redact(`calling with ${token}`)) // calling with acme_production_7Fq2…9aXc
   */
  redact<Text>(text: Text): Text
  /**
   * Whether a text may be one of this keyring's tokens, as far as its bytes tell: also a damaged one, with quotes around it
   * or cut off, and a placeholder for one. For applications that choose between authenticators themselves. Takes the
   * token or the whole value of `Authorization`. Pure, no I/O: it says nothing about whether the key exists.
   *
   * @example
   * console.log(keyring.isOurs(`Bearer ${token}`), keyring.isOurs('Bearer eyJhbGciOi')) // true false
   */
  isOurs(text: unknown): boolean

  /**
   * Returns the management calls for the actor's workspace, limited to what this actor may see and change. Take the
   * actor from the session of the logged-in user, never from a request body.
   *
   * @example
   * const { userId: id, workspaceId, permissions } = session
   * const keys = keyring.as({ type: 'user', id, workspaceId, permissions })
   *
   * @throws {ValidationError} when the actor is not complete
   */
  as(actor: Actor): KeyManager<Permission, Resource>

  /**
   * Verifies a token and, with a `requirement`, whether its key may be used for that.
   *
   * @example
   * const verification = await keyring.verify(token, { permission: 'prompts:read' })
   * if (!verification.ok) return refuse(verification.code)
   *
   * @returns a value for every accepted or refused token; any value may be passed as the token
   * @throws {ConfigurationError} for a requirement that is not a plain object, or that names something undefined or not
   * declared
   * @throws {UnavailableError} when store, owner lookup or hasher fail or are too slow: answer 503, not 401
   * @throws {BusyError} when too much is queued already: answer 503
   * @throws {ClosedError} after `close()`
   */
  verify(token: unknown, requirement?: KeyUse<Permission, Resource>): Promise<Verification>

  /**
   * Whether a verified key meets a requirement: undefined for yes, otherwise the refusal. Pure, no I/O. A value that is
   * not a key of this keyring, such as `req.apiKey` after `optional` without one, is refused with `invalid_key`.
   *
   * @example
   * const refused = keyring.authorize(apiKey, { workspaceId: 'ws_acme', permissions: ['prompts:read'] })
   * if (refused !== undefined) return refuse(refused.code)
   *
   * @throws {ConfigurationError} for an empty requirement, or one that names something undefined or not declared
   */
  authorize(apiKey: ApiKey | undefined, requirement: KeyRequirement<Permission, Resource>): Refused | undefined

  /**
   * Watches a verified key while something that was opened with it stays open: a stream, a socket, a job. The returned
   * signal aborts when the key is refused, by any process that revoked, disabled or narrowed it; its `reason` is a
   * `KeyRefusedError` with the refusal, an `UnavailableError` when the key could not be checked for `leaseMs`, or a
   * `ClosedError` after `close()`.
   *
   * @example
   * const left = new AbortController()
   * const refused = keyring.watch(apiKey, { permission: 'prompts:read', signal: left.signal })
   * refused.addEventListener('abort', () => refuse('the key is refused'))
   * left.abort()
   *
   * @param apiKey of a request, or of an accepted verification
   * @param options the requirement that the key must keep meeting, as in `verify`; `signal` ends the watch when it
   * aborts
   * @throws {ConfigurationError} for a key that this keyring did not make, or an empty requirement
   */
  watch(apiKey: ApiKey, options?: WatchOptions<Permission, Resource>): AbortSignal

  /**
   * Announces to every process that the permissions of an owner changed, or that the owner is gone. Resolves when the
   * store has stored the announcement.
   *
   * @example
   * await members.remove('ws_acme', 'ada')
   * await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
   *
   * @throws {ValidationError} @throws {UnavailableError} when the store does not answer in time: call it again
   */
  ownerChanged(change: { readonly workspaceId: string; readonly owner: Owner }): Promise<void>

  /**
   * Checks everything the keyring needs and starts to follow the store's changes: it tries a hash and every read and
   * write of the store, and compares pepper and prefix with those the store's keys were made with. It stores nothing
   * but a few short marks for that comparison. Verifications start it by themselves; await it at start-up to find
   * mistakes before the first request. Until it has passed, `verify` throws.
   *
   * @example
   * await keyring.ready()
   * console.log('This is what is promised:', keyring.guarantees())
   *
   * @throws {ConfigurationError} when store, hasher or pepper cannot or must not be used as they are
   * @throws {UnavailableError} when the store does not answer
   */
  ready(): Promise<void>

  /**
   * The state of this keyring now, for readiness probes: `ok` is false until `ready()` has passed, while the store has
   * not answered for `leaseMs`, and after `close()`. Does no I/O; where `ready()` has not passed yet, it is retried in
   * the background.
   *
   * @example
   * const { ok, lease, lastError } = keyring.health()
   * if (!ok) console.warn('not ready', lease, lastError?.message)
   */
  health(): Health

  /**
   * Permanently removes records that ended longer ago than `retention` allows. Every process does this by itself every
   * few hours; call it to purge now, for example from a job. It works in small steps with pauses, so verifications
   * never wait for it: a million rows take minutes. When it rejects, removed records stay removed; call it again.
   *
   * @example
   * await keyring.purge()
   *
   * @throws {NotSupportedError} when the store cannot
   * @throws {UnavailableError} when the store fails
   * @throws {ClosedError} when the keyring is closed before it is done
   */
  purge(): Promise<void>

  /**
   * Sends the reminders that are due to `onEvent`: `key.expiring`, `key.ownerGone`, `key.rotationDue` and `key.unused`,
   * each once for its key and cause, over all processes. Where there is an `onEvent`, every process does this by itself
   * about once an hour (`reminders.every`); call it from a cron job, or to tell someone else. It works in small steps with
   * pauses. A delivery has 30 s; one that fails is reported, and made again, with the same `id`, by a later run.
   *
   * @example
   * const { sent, failed } = await keyring.remind({
   *   onEvent: (event) => console.log(event.id, event.type, event.key.name, event.cause),
   * })
   * console.log(sent, failed)
   *
   * @throws {ConfigurationError} when there is no `onEvent`, and for a wrong option
   * @throws {NotSupportedError} when the store has no `due`
   * @throws {UnavailableError} when the store fails: what was sent stays sent
   * @throws {ClosedError} when the keyring is closed before it is done
   */
  remind(options?: RemindOptions): Promise<RemindResult>

  /**
   * Hands every line of the activity log, of all workspaces and in the order of commits, to a handler, one after the
   * other and at least once: nothing is lost when a process dies. The place is stored under the name. Of all processes
   * that follow under one name, one works, and another takes over when it dies or closes. While the handler fails,
   * the same line comes again, after longer and longer pauses.
   *
   * @example
   * const follower = keyring.follow('audit-mirror', async (line) => {
   *   console.log(line.position, line.id, line.workspaceId, line.action)
   * })
   * await follower.close()
   *
   * @param name letters, digits, `.`, `_` and `-`, at most 64. Another name is another place
   * @throws {ConfigurationError} for a wrong argument
   * @throws {NotSupportedError} when the store has no `activityAfter` or no `claimFollower`
   * @throws {ClosedError} after `close()`
   */
  follow(name: string, handler: FollowHandler, options?: FollowOptions): Follower

  /**
   * Which promises hold with the store in use. Does no I/O.
   *
   * @example
   * const { limits, revocation } = keyring.guarantees()
   * for (const limit of limits) console.warn(limit)
   */
  guarantees(): Guarantees

  /**
   * Stores the usage counted so far now instead of within `usage.flushMs`: for hosts that may be frozen as soon as they
   * have answered. Counts nothing twice. Resolves when the counts are stored.
   *
   * @example
   * await keyring.verify(token)
   * await keyring.flush()
   *
   * @throws {UnavailableError} when the store fails: the counts stay, and are stored with the next ones
   * @throws {ClosedError} after `close()`
   */
  flush(): Promise<void>

  /**
   * Stores the usage counted so far (retrying for up to 5 s if the store fails), stops following the store and closes
   * it, but not your own database client. Later calls throw `ClosedError`; another `close()` returns the same promise.
   * At shutdown close the server first, then the keyring, then your database: requests in progress still count.
   * `closeGracefully` does.
   *
   * @example
   * await keyring.close()
   */
  close(): Promise<void>
}
