import {
  type BusyError,
  type ClosedError,
  type ConfigurationError,
  type ConflictError,
  type CorruptRecordError,
  type ForbiddenError,
  type IdempotencyKeyReusedError,
  isClavigerError as isBranded,
  type KeyEndedError,
  type KeyNotFoundError,
  type NotSupportedError,
  type PermissionCeilingError,
  type RevocationNotDurableError,
  type RotationInProgressError,
  type ServiceAccountNotFoundError,
  type UnavailableError,
  type ValidationError,
} from '../errors/errors.ts'
import type { KeyRefusedError } from './key-refused-error.ts'

/** Every error of Claviger: a `switch` on `code` narrows to the class, with its fields. */
export type AnyClavigerError =
  | BusyError
  | ClosedError
  | ConfigurationError
  | ConflictError
  | CorruptRecordError
  | ForbiddenError
  | IdempotencyKeyReusedError
  | KeyEndedError
  | KeyNotFoundError
  | KeyRefusedError
  | NotSupportedError
  | PermissionCeilingError
  | RevocationNotDurableError
  | RotationInProgressError
  | ServiceAccountNotFoundError
  | UnavailableError
  | ValidationError

/**
 * Tells whether a value is an error of Claviger, also when it comes from another copy of the package (where `instanceof`
 * would say no). Then `code` narrows it to its class.
 *
 * @example
 * try {
 *   await keys.revoke(key.id)
 * } catch (error) {
 *   if (!isClavigerError(error)) throw error
 *   if (error.code === 'ERR_CLAVIGER_UNAVAILABLE') console.error(`503: the ${error.dependency} does not answer`)
 *   else if (error.code !== 'ERR_CLAVIGER_KEY_NOT_FOUND') throw error
 * }
 */
export function isClavigerError(value: unknown): value is AnyClavigerError {
  return isBranded(value)
}
