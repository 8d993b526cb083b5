import type { ApiKeyMistake } from '../key/mistake.ts'
import type { Problem } from './problem.ts'

/** Every `code` of an error of this package. */
export type ClientErrorCode =
  | 'api_key_unusable'
  | 'invalid_key'
  | 'permission_denied'
  | 'rate_limited'
  | 'unavailable'
  | 'request_refused'
  | 'redirect_refused'
  | 'setup'

/**
 * The base of every error of this package. Switch on `code`; it is stable, the message is not.
 *
 * No error carries an API key, in any property.
 */
export abstract class ApiClientError extends Error {
  /** Stable identifier of the kind of error. */
  abstract readonly code: ClientErrorCode
}

/** The text that should be an API key cannot be one. Nothing was sent. */
export class ApiKeyError extends ApiClientError {
  readonly code = 'api_key_unusable'
  /** What is wrong with the text. */
  readonly mistake: ApiKeyMistake
  /** How to fix it, in a sentence. */
  readonly fix: string
  /** The environment variable it was read from; undefined for a key that was passed directly. */
  readonly variable: string | undefined

  constructor(
    mistake: ApiKeyMistake,
    { what, fix }: { readonly what: string; readonly fix: string },
    variable?: string,
  ) {
    super(`${what} ${fix}`)
    this.mistake = mistake
    this.fix = fix
    this.variable = variable
  }
}

/** A function of this package was called in a way that cannot work, or in a browser. */
export class SetupError extends ApiClientError {
  readonly code = 'setup'
  /** The option or argument at fault; `runtime` in a browser. */
  readonly option: string

  constructor(option: string, message: string) {
    super(message)
    this.option = option
  }
}

/** Why a request was not sent. */
export type RequestRefusal = 'other_origin' | 'outside_base_url' | 'not_a_url' | 'own_credential' | 'key_in_url'

/** A request that would carry the key to where it does not belong, or carry it twice. Nothing was sent. */
export class RequestRefusedError extends ApiClientError {
  readonly code = 'request_refused'
  readonly refusal: RequestRefusal

  constructor(refusal: RequestRefusal, message: string) {
    super(message)
    this.refusal = refusal
  }
}

/** Why a redirect was not followed. */
export type RedirectRefusal =
  | 'other_origin'
  | 'too_many'
  | 'body_not_repeatable'
  | 'not_a_url'
  | 'hidden'
  | 'not_wanted'

/** The API answered with a redirect that is not followed. The key was sent to the API only. */
export class RedirectRefusedError extends ApiClientError {
  readonly code = 'redirect_refused'
  readonly refusal: RedirectRefusal

  constructor(refusal: RedirectRefusal, message: string) {
    super(message)
    this.refusal = refusal
  }
}

/** What a denied request leaves behind. */
export interface DenialFacts {
  readonly status: number
  /** Method and address without the query: `GET https://api.acme.example/v1/prompts`. */
  readonly request: string
  /** What the API said; undefined when its answer was not understood. */
  readonly problem: Problem | undefined
  /** How often the request was sent. */
  readonly attempts: number
  /** From `Retry-After`, in milliseconds; undefined when there was none. */
  readonly retryAfterMs: number | undefined
}

/** The API refused the request because of the key or its limits, or could not check it. */
export abstract class DeniedError extends ApiClientError implements DenialFacts {
  abstract override readonly code: 'invalid_key' | 'permission_denied' | 'rate_limited' | 'unavailable'
  /** The status of the answer. */
  readonly status: number
  /** Method and address without the query: `GET https://api.acme.example/v1/prompts`. */
  readonly request: string
  /** What the API said; undefined when its answer was not understood. */
  readonly problem: Problem | undefined
  /** How often the request was sent. */
  readonly attempts: number
  /** From `Retry-After`, in milliseconds; undefined when there was none. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, { status, request, problem, attempts, retryAfterMs }: DenialFacts) {
    super(message)
    this.status = status
    this.request = request
    this.problem = problem
    this.attempts = attempts
    this.retryAfterMs = retryAfterMs
  }
}

/** 401: the API does not accept the key. `problem.code` says why: `key_revoked`, `key_expired`, `invalid_key`, ... */
export class InvalidKeyError extends DeniedError {
  readonly code = 'invalid_key'
}

/** 403: the key is good, and may not do this. `problem.requiredPermissions` says what it takes. */
export class PermissionDeniedError extends DeniedError {
  readonly code = 'permission_denied'
}

/** 429: too many requests, also after waiting as long as allowed. `retryAfterMs` says when the next one may pass. */
export class RateLimitedError extends DeniedError {
  readonly code = 'rate_limited'
}

/** 503: the API could not answer, also after waiting as long as allowed. The key may be perfectly good. */
export class UnavailableError extends DeniedError {
  readonly code = 'unavailable'
}

// Written down: a minifier renames classes.
const named = {
  ApiClientError,
  ApiKeyError,
  SetupError,
  RequestRefusedError,
  RedirectRefusedError,
  DeniedError,
  InvalidKeyError,
  PermissionDeniedError,
  RateLimitedError,
  UnavailableError,
}
const brand = Symbol.for('claviger.client.error')
for (const [name, { prototype }] of Object.entries(named)) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true })
}
Object.defineProperty(ApiClientError.prototype, brand, { value: true })

/** Every error of this package, to switch on: each `code` narrows to its class. */
export type AnyApiClientError =
  | ApiKeyError
  | SetupError
  | RequestRefusedError
  | RedirectRefusedError
  | InvalidKeyError
  | PermissionDeniedError
  | RateLimitedError
  | UnavailableError

/**
 * Whether a value is an error of this package, also of another copy of it.
 *
 * @example
 * if (isApiClientError(error) && error.code === 'rate_limited') console.warn(error.retryAfterMs)
 */
export function isApiClientError(value: unknown): value is AnyApiClientError {
  try {
    return typeof value === 'object' && value !== null && brand in value
  } catch {
    // A proxy may refuse to be asked.
    return false
  }
}
