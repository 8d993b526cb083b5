const brand = Symbol.for('claviger.error')

/*
 * A new code also needs: its class and an entry in `named` (`errors/errors.ts`), `verification/any-error.ts`, `index.ts`, and
 * its page in `docs/errors`. Type tests and the checks of the repository find what is missing. `KeyRefusedError` is in
 * `verification/`, because it holds a refusal and this folder imports nothing from there.
 */

/** Every `code` an error of Claviger can carry. Each has a page in `docs/errors/`. */
export type ErrorCode =
  | 'ERR_CLAVIGER_CONFIGURATION'
  | 'ERR_CLAVIGER_VALIDATION'
  | 'ERR_CLAVIGER_KEY_NOT_FOUND'
  | 'ERR_CLAVIGER_FORBIDDEN'
  | 'ERR_CLAVIGER_PERMISSION_CEILING'
  | 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND'
  | 'ERR_CLAVIGER_CONFLICT'
  | 'ERR_CLAVIGER_KEY_ENDED'
  | 'ERR_CLAVIGER_ROTATION_IN_PROGRESS'
  | 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED'
  | 'ERR_CLAVIGER_NOT_SUPPORTED'
  | 'ERR_CLAVIGER_UNAVAILABLE'
  | 'ERR_CLAVIGER_BUSY'
  | 'ERR_CLAVIGER_CLOSED'
  | 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE'
  | 'ERR_CLAVIGER_CORRUPT_RECORD'
  | 'ERR_CLAVIGER_KEY_REFUSED'

/**
 * The base of every error Claviger throws. Switch on `code`; it is stable, the message is not.
 *
 * No error carries a token, a hash or a pepper, in any property.
 */
export abstract class ClavigerError extends Error {
  /** Stable identifier, `ERR_CLAVIGER_…`; explained in `docs/errors/`. */
  abstract readonly code: ErrorCode

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether a value is an error of Claviger. `verification/any-error.ts` is the same with every class known, for hosts. */
export function isClavigerError(value: unknown): value is ClavigerError {
  try {
    return typeof value === 'object' && value !== null && brand in value
  } catch {
    // A proxy may refuse to be asked.
    return false
  }
}

// Written down, as for every kind of error: a minifier renames classes.
Object.defineProperty(ClavigerError.prototype, 'name', { value: 'ClavigerError', configurable: true, writable: true })
