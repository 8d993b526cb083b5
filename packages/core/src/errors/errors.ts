import { ClavigerError, isClavigerError } from './claviger-error.ts'

export { ClavigerError, type ErrorCode, isClavigerError } from './claviger-error.ts'

/** An option given to Claviger by the host application is wrong. Thrown at start-up, not per request. */
export class ConfigurationError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_CONFIGURATION'
  /** The option at fault, e.g. `prefix` or `environments[2]`. */
  readonly option: string

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.option = option
  }
}

/** A value given to a management call is wrong. Nothing was changed. */
export class ValidationError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_VALIDATION'
  /** The input field at fault, e.g. `name` or `permissions[1]`. */
  readonly field: string
  /** The rule of `policy` that the value breaks; undefined when it is wrong under any policy. */
  readonly policy: 'maxLifetime' | 'maxOverlap' | undefined

  constructor(field: string, message: string, policy?: 'maxLifetime' | 'maxOverlap') {
    super(message)
    this.field = field
    this.policy = policy
  }
}

/** There is no such key in the actor's workspace, or the actor may not see it. The two cannot be told apart. */
export class KeyNotFoundError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_KEY_NOT_FOUND'

  constructor() {
    super('There is no such key in this workspace, or it is not visible to this actor.')
  }
}

/** There is no such service account in the actor's workspace, or it was deleted. */
export class ServiceAccountNotFoundError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND'

  constructor() {
    super('There is no such service account in this workspace.')
  }
}

/**
 * What a `ForbiddenError` is about: an ability that the actor lacks; `transfer`, to an owner that it may not choose;
 * `act`, when the actor is a key that a verification would refuse; `import`, on a keyring that takes no imported tokens;
 * or a field of the input with a value that this actor may not give: `owner`, `environment`, `expiresAt`,
 * `allowedAddresses`.
 */
export type ForbiddenSubject =
  | 'list'
  | 'listAll'
  | 'create'
  | 'update'
  | 'rotate'
  | 'revoke'
  | 'viewUsage'
  | 'viewActivity'
  | 'diagnose'
  | 'manageServiceAccounts'
  | 'transfer'
  | 'act'
  | 'import'
  | 'owner'
  | 'environment'
  | 'expiresAt'
  | 'allowedAddresses'

/** The actor may not do this. Nothing was changed. */
export class ForbiddenError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_FORBIDDEN'
  /** What was refused. */
  readonly subject: ForbiddenSubject

  constructor(subject: ForbiddenSubject, message: string) {
    super(message)
    this.subject = subject
  }
}

/** Who lacks the permissions. */
export type CeilingHolder = 'actor' | 'owner'

/**
 * The call would grant permissions, or hand out resources, that the actor, or the key's owner, does not hold. Nothing
 * was changed.
 */
export class PermissionCeilingError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_PERMISSION_CEILING'
  /** The permissions at fault. */
  readonly missing: readonly string[]
  /** Who lacks them: the actor, or the service account that owns the key. */
  readonly holder: CeilingHolder
  /** The resources at fault, by type: ids, or `'all'` where the call would hand out all of a type. */
  readonly resources: Readonly<Record<string, 'all' | readonly string[]>>

  constructor(
    missing: readonly string[],
    holder: CeilingHolder = 'actor',
    resources: Readonly<Record<string, 'all' | readonly string[]>> = {},
  ) {
    const all = [...missing, ...Object.entries(resources).map(describeExcess)]
    const them = all.length === 1 ? 'it' : 'them'
    super(
      holder === 'actor'
        ? `Cannot hand out ${all.join(', ')}: the actor does not hold ${them}. ` +
            'Grant less, narrow the key first, or act as a user who holds more.'
        : `Cannot hand out ${all.join(', ')}: the service account that owns the key does not hold ${them}. ` +
            'Ask for less, or widen the service account first.',
    )
    this.missing = missing
    this.holder = holder
    this.resources = resources
  }
}

const maxIdsTold = 5
const maxIdLength = 64

function describeExcess([type, ids]: readonly [string, 'all' | readonly string[]]): string {
  if (ids === 'all') return `every ${type}`
  const more = ids.length > maxIdsTold ? ` and ${ids.length - maxIdsTold} more` : ''
  return `the ${type} ${ids.slice(0, maxIdsTold).map(quoted).join(', ')}${more}`
}

/** An id of the host's, as long as a line can take it. */
function quoted(id: string): string {
  return id.length <= maxIdLength ? JSON.stringify(id) : `${JSON.stringify(id.slice(0, maxIdLength))}...`
}

/** Others changed the same thing at the same time. Nothing was changed by this call. */
export class ConflictError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_CONFLICT'

  constructor(
    message = 'The key was changed by others at the same time, several times in a row. Read it again and retry.',
  ) {
    super(message)
  }
}

/** The key is revoked or expired: only revoking it again is possible. Nothing was changed. */
export class KeyEndedError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_KEY_ENDED'
  /** How it ended. */
  readonly status: 'revoked' | 'expired'

  constructor(status: 'revoked' | 'expired') {
    super(`This key is ${status}. An ended key is not changed, rotated or enabled any more: create another one.`)
    this.status = status
  }
}

/** The previous secret of the key still works: one overlap at a time. Nothing was changed. */
export class RotationInProgressError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_ROTATION_IN_PROGRESS'
  /** When the previous secret stops working. */
  readonly overlapEndsAt: Date

  constructor(overlapEndsAt: Date) {
    super(
      `The previous secret of this key works until ${overlapEndsAt.toISOString()}. End that overlap first, ` +
        'or rotate with overlap: 0, which ends both older secrets now.',
    )
    this.overlapEndsAt = overlapEndsAt
  }
}

/** The same idempotency key came before with another request. Nothing was changed. */
export class IdempotencyKeyReusedError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED'

  constructor() {
    super('This idempotency key was used for another request already. Use a new one for each new request.')
  }
}

/** The store in use lacks the optional half that this call needs; `keyring.guarantees()` tells which it has. */
export class NotSupportedError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_NOT_SUPPORTED'
  /** The store method that is absent. */
  readonly method: OptionalMethod

  constructor(method: OptionalMethod) {
    super(`The store of this keyring has no ${method}: see docs/writing-a-store.md, or use a store that does.`)
    this.method = method
  }
}

type FollowingMethod = 'due' | 'activityAfter' | 'claimFollower'
type OptionalMethod = 'usage' | 'busiest' | 'callers' | 'activity' | 'services' | 'purge' | FollowingMethod

/** What a verification or management call needed and did not get in time. */
export type Dependency = 'store' | 'owner' | 'hasher'

/** Infrastructure failed or was too slow. Answer 503, never 401: the key may be perfectly good. */
export class UnavailableError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_UNAVAILABLE'
  /** What failed. The original error, if there is one, is the `cause`. */
  readonly dependency: Dependency

  constructor(dependency: Dependency, message: string, options?: ErrorOptions) {
    super(message, options)
    this.dependency = dependency
  }
}

/** Whether an error says that infrastructure failed, so that nothing is known of the outcome. */
export function isUnavailable(error: unknown): boolean {
  return isClavigerError(error) && error.code === 'ERR_CLAVIGER_UNAVAILABLE'
}

/** Too much work is queued already (hashes, or lookups of unknown keys). Answer 503 with `Retry-After`. */
export class BusyError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_BUSY'
}

/** The keyring was closed. */
export class ClosedError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_CLOSED'

  constructor() {
    super('This keyring was closed. Create a new one, or call close() later in the shutdown.')
  }
}

/** What a change that takes trust away is called, and what it concerns. */
export interface WithdrawalTarget {
  readonly type: 'key' | 'serviceAccount'
  readonly id: string
}

/**
 * The store did not confirm a change that takes trust away: a revocation, or disabling, narrowing, a rotation without
 * an overlap, the end of one, the deletion of a service account. It holds in this process from now on, and is tried
 * again until it is stored; other processes may go by what was before until then.
 */
export class RevocationNotDurableError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE'
  /** What was asked for, as the activity log calls it, such as `key.revoked`. */
  readonly action: string
  readonly target: WithdrawalTarget
  /** The id of the key; undefined when it is about a service account. */
  readonly keyId: string | undefined

  constructor(action: string, target: WithdrawalTarget, options?: ErrorOptions) {
    const subject = target.type === 'key' ? `Key ${target.id}` : `Service account ${target.id}`
    super(
      `${subject}: ${action} holds in this process, but the store has not confirmed it. ` +
        'It is being retried; check the store, then repeat the call to be sure.',
      options,
    )
    this.action = action
    this.target = { ...target }
    this.keyId = target.type === 'key' ? target.id : undefined
  }
}

/** A stored row does not have the shape Claviger wrote. The key it belongs to is refused. */
export class CorruptRecordError extends ClavigerError {
  readonly code = 'ERR_CLAVIGER_CORRUPT_RECORD'
  /** The field at fault, e.g. `secrets[0].hash`. */
  readonly field: string

  constructor(field: string, expected: string) {
    super(`Stored record is corrupt: ${field} is not ${expected}. Restore the row; until then the key is refused.`)
    this.field = field
  }
}

const named = {
  BusyError,
  ClosedError,
  ConfigurationError,
  ConflictError,
  CorruptRecordError,
  ForbiddenError,
  IdempotencyKeyReusedError,
  KeyEndedError,
  KeyNotFoundError,
  NotSupportedError,
  PermissionCeilingError,
  RevocationNotDurableError,
  RotationInProgressError,
  ServiceAccountNotFoundError,
  UnavailableError,
  ValidationError,
}

// Written down: a minifier renames classes, and what people read in logs must stay the same.
for (const [name, { prototype }] of Object.entries(named)) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true })
}
