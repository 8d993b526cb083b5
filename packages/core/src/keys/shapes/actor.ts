import { ValidationError } from '../../errors/errors.ts'
import { isPlain } from '../../input/plain-fields.ts'
import { kindOf } from '../../input/describe-value.ts'
import type { ActorRef, Owner } from '../../store/records.ts'
import type { ApiKey } from '../../verification/verification.ts'
import { ownFields } from './checks.ts'

/**
 * What an actor may do. By default an actor sees and manages its own keys: eight abilities default to true, `listAll`
 * and `manageServiceAccounts` to false. A key that acts also needs the permission `keys:manage`.
 */
export interface Abilities {
  /** Read and list keys (`get`, `list`). Default true. */
  readonly list?: boolean | undefined
  /**
   * See every key of the workspace, not its own only, and so manage them; `workspaceUsage` and the whole log. Default
   * false.
   */
  readonly listAll?: boolean | undefined
  /** Create keys, for itself and for service accounts it manages. Default true. */
  readonly create?: boolean | undefined
  /** Change, enable and transfer keys. Default true. */
  readonly update?: boolean | undefined
  /** Rotate its own keys and those of service accounts it manages; end an overlap. Default true. */
  readonly rotate?: boolean | undefined
  /** Revoke and disable keys. A key may always revoke itself. Default true. */
  readonly revoke?: boolean | undefined
  /** Read how keys were used. Default true. */
  readonly viewUsage?: boolean | undefined
  /** Read the activity log: of keys it sees, and what it did itself. Default true. */
  readonly viewActivity?: boolean | undefined
  /** Call `diagnose`. Default true. */
  readonly diagnose?: boolean | undefined
  /** Manage the service accounts of the workspace, and see and manage their keys. Default false. */
  readonly manageServiceAccounts?: boolean | undefined
}

/** The name of something an actor may do. */
export type Ability = keyof Abilities

/** Where a management call came from, for the activity log. Longer texts are cut. */
export interface Origin {
  /** At most 64 characters. */
  readonly ip?: string | undefined
  /** At most 256 characters. */
  readonly userAgent?: string | undefined
  /** At most 128 characters. */
  readonly requestId?: string | undefined
}

/**
 * Who makes a management call. Take it from the host's own session or token, never from a request body. A plain object;
 * fields that an actor of its type does not have are refused, not ignored.
 */
export type Actor = MemberActor | KeyActor

interface AnyActor extends ActorRef {
  /** The tenant. Calls of this actor never reach another one. */
  readonly workspaceId: string
  /** The grants the actor holds: the ceiling of what it can grant. */
  readonly permissions: readonly string[]
  /**
   * Which resources the actor reaches: the ceiling of those it can hand out. By declared type ids, at most 10 000 of a
   * type; an empty list for none. Of a type that is left out: all. Default: all of every type.
   */
  readonly resources?: Readonly<Record<string, readonly string[]>> | undefined
  /** Overrides per ability. Default: everything on its own keys, nothing on keys of others. */
  readonly can?: Abilities | undefined
  /** Where the call came from: written into the activity log. */
  readonly origin?: Origin | undefined
}

/** A person, a service account, or the system. */
export interface MemberActor extends AnyActor {
  readonly type: 'user' | 'service' | 'system'
  /** Only keys have the limits of a key. */
  readonly owner?: undefined
  readonly environment?: undefined
  readonly expiresAt?: undefined
  readonly secretVersion?: undefined
  readonly allowedAddresses?: undefined
}

/** A key that acts. Made by `keyActor`. */
export interface KeyActor extends AnyActor {
  readonly type: 'key'
  /** Owner of the key, and of everything it creates. Default: none. */
  readonly owner?: Owner | undefined
  /** The only environment whose keys it sees and creates. Default: any. */
  readonly environment?: string | undefined
  /** Latest expiry of what it creates. Null or left out: never. */
  readonly expiresAt?: Date | null | undefined
  /** The secret version it acts with; when that version ends, the actor ends. Default: the current one. */
  readonly secretVersion?: number | undefined
  /** The only addresses from which what it creates may work. Read from the key at each call. Default: any. */
  readonly allowedAddresses?: readonly string[] | undefined
}

/**
 * The actor for scripts, jobs and tests: may do everything within one workspace, for any owner.
 *
 * @throws {ValidationError} for a field besides `origin`
 *
 * @example
 * const { token } = await keyring.as(systemActor('ws_acme')).create({
 *   name: 'Production', environment: 'production', owner: { type: 'user', id: 'ada' },
 * })
 */
export function systemActor(workspaceId: string, more: Pick<MemberActor, 'origin'> = {}): MemberActor {
  const { origin } = ownFields<Pick<MemberActor, 'origin'>>('systemActor', more, ['origin'])
  return {
    ...(origin !== undefined && { origin }),
    type: 'system',
    id: 'system',
    workspaceId,
    permissions: ['*:*', 'keys:manage'],
    can: { listAll: true, manageServiceAccounts: true },
  }
}

/**
 * A verified key as an actor, for hosts whose clients manage keys with keys. It needs the permission `keys:manage`; it
 * reaches the keys of its own owner in its own environment, grants what it may do itself on the resources that it reaches
 * itself, and creates nothing that
 * expires later than it does, or later than the overlap if it used the previous secret. Without `keys:manage` it can
 * still revoke itself.
 *
 * You may keep the actor and its manager: each call reads the key again and succeeds only if a verification would still
 * accept it, within what key and owner hold at that time.
 *
 * @throws {ValidationError} for a value that is not a verified key, such as `undefined` after `optional`
 *
 * @example
 * const verification = await keyring.verify(token)
 * if (verification.ok) await keyring.as(keyActor(verification.apiKey)).revoke(verification.apiKey.id)
 */
export function keyActor(apiKey: ApiKey, more: Pick<KeyActor, 'can' | 'origin'> = {}): KeyActor {
  const { can, origin } = ownFields<Pick<KeyActor, 'can' | 'origin'>>('keyActor', more, ['can', 'origin'])
  if (!isPlain(apiKey)) {
    throw new ValidationError(
      'apiKey',
      `keyActor expects the apiKey of an accepted verification, got ${kindOf(apiKey)}.`,
    )
  }
  const { id, workspaceId, permissions, resources, owner, environment, expiresAt, secretEndsAt, secretVersion } = apiKey
  const ends = [expiresAt, secretEndsAt].filter((end) => end instanceof Date).sort((a, b) => a.getTime() - b.getTime())
  return {
    ...(can !== undefined && { can }),
    ...(origin !== undefined && { origin }),
    type: 'key',
    id,
    workspaceId,
    permissions,
    // Of a key, each type that is there has its ids.
    resources: resources as Readonly<Record<string, readonly string[]>>,
    owner,
    environment,
    expiresAt: ends[0] ?? null,
    secretVersion,
  }
}
