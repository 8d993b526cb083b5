import type { RefusalCode } from '../verification/verification.ts'
import type { HttpHint } from './credential.ts'

/** Every `code` a denial can carry. Stable. */
export type DenialCode =
  | RefusalCode
  | 'missing_credentials'
  | 'multiple_credentials'
  | 'temporarily_unavailable'
  | 'verifier_busy'
  | 'guard_without_auth'
  | 'guard_failed'
  | 'guard_missing'
  | 'rate_limited'

/** What a code becomes on the wire. */
export interface DenialEntry {
  readonly status: 400 | 401 | 403 | 429 | 500 | 503
  readonly title: string
  readonly detail: string
  /** The `error` of the challenge (RFC 6750 section 3.1); null: a challenge without one; absent: no challenge. */
  readonly challenge?: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | null
}

/** The wire contract: fixed text, nothing of the request is ever echoed. */
export const denialTable: Readonly<Record<DenialCode, DenialEntry>> = {
  missing_credentials: {
    status: 401,
    title: 'API key missing',
    detail: 'Send an API key: "Authorization: Bearer <key>".',
    challenge: null,
  },
  multiple_credentials: {
    status: 400,
    title: 'More than one credential',
    detail: 'Send exactly one API key, in one header.',
    challenge: 'invalid_request',
  },
  malformed_key: {
    status: 401,
    title: 'Not an API key',
    detail: 'What was sent cannot be a key of this API.',
    challenge: 'invalid_token',
  },
  invalid_key: {
    status: 401,
    title: 'API key not valid',
    detail: 'This API key is not valid.',
    challenge: 'invalid_token',
  },
  key_revoked: {
    status: 401,
    title: 'API key revoked',
    detail: 'This API key was revoked. Use another one.',
    challenge: 'invalid_token',
  },
  key_expired: {
    status: 401,
    title: 'API key expired',
    detail: 'This API key has expired. Use another one.',
    challenge: 'invalid_token',
  },
  key_disabled: {
    status: 401,
    title: 'API key disabled',
    detail: 'This API key is disabled. It may be enabled again.',
    challenge: 'invalid_token',
  },
  key_rotated: {
    status: 401,
    title: 'API key replaced',
    detail: 'This API key was replaced by a newer one. Use that.',
    challenge: 'invalid_token',
  },
  wrong_workspace: {
    status: 401,
    title: 'Other workspace',
    detail: 'This API key belongs to another workspace.',
    challenge: 'invalid_token',
  },
  wrong_environment: {
    status: 403,
    title: 'Other environment',
    detail: 'Keys of this environment cannot be used here.',
    challenge: 'insufficient_scope',
  },
  insufficient_permission: {
    status: 403,
    title: 'Permission missing',
    detail: 'This API key may not do this.',
    challenge: 'insufficient_scope',
  },
  owner_lacks_permission: {
    status: 403,
    title: 'Permission missing',
    detail: 'The owner of this API key may not do this any more.',
    challenge: 'insufficient_scope',
  },
  resource_not_allowed: {
    status: 403,
    title: 'Resource not allowed',
    detail: 'This API key does not reach this resource.',
    challenge: 'insufficient_scope',
  },
  owner_gone: {
    status: 403,
    title: 'Owner gone',
    detail: 'The owner of this API key is no longer a member.',
    challenge: 'insufficient_scope',
  },
  address_not_allowed: {
    status: 403,
    title: 'Address not allowed',
    detail: 'This API key cannot be used from the address that the request came from.',
    challenge: 'insufficient_scope',
  },
  temporarily_unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    detail: 'The API key could not be checked just now. It may be perfectly good: try again.',
  },
  verifier_busy: {
    status: 503,
    title: 'Temporarily unavailable',
    detail: 'Too many API keys are being checked just now. Try again.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    detail: 'The limit for this is used up. Wait as long as "Retry-After" says, then go on more slowly.',
  },
  guard_without_auth: {
    status: 500,
    title: 'Server error',
    detail: 'This route is not set up correctly. The fault is not in the request.',
  },
  guard_failed: {
    status: 500,
    title: 'Server error',
    detail: 'The server could not decide whether this is allowed. The fault is not in the request.',
  },
  guard_missing: {
    status: 500,
    title: 'Server error',
    detail: 'This route does not say who may use it. The fault is not in the request.',
  },
}

/** The `detail` of `malformed_key` and `missing_credentials` where there is a hint. */
export const hintDetails: Readonly<Record<HttpHint, string>> = {
  not_a_string: 'The API key is not text.',
  empty: 'There is no key after "Bearer".',
  too_long: 'The API key is too long: something else was sent, or more than the key.',
  scheme_twice: 'A scheme such as "Bearer" stands before the key twice, or where only the key belongs.',
  surrounding_quotes: 'The API key has quotes or brackets around it. Send it without them.',
  whitespace: 'There are spaces, tabs or line ends in or around the API key. Write "Bearer", one space, the key.',
  placeholder: 'A placeholder was sent in place of an API key: a variable was not filled in.',
  illegal_character: 'The API key contains characters that no key has.',
  foreign_prefix: 'This is not a key of this API: its prefix is another.',
  unknown_environment: 'This is not a key of this API: its environment is unknown here.',
  truncated: 'The API key is not complete: the end is missing.',
  checksum: 'The API key was cut or altered: its checksum is wrong.',
  missing_scheme: 'Put "Bearer " before the API key: "Authorization: Bearer <key>".',
  unsupported_scheme: 'This authentication scheme is not supported. Send "Authorization: Bearer <key>".',
  header_not_accepted: 'X-API-Key is not accepted here. Send "Authorization: Bearer <key>".',
  credential_in_url: 'API keys in URLs are not accepted, and this one may be in logs now: replace it.',
}

/** The `detail` of what guards say to those who came without a key, by another authenticator. */
export const othersDetails: Readonly<Partial<Record<DenialCode, string>>> = {
  insufficient_permission: 'You may not do this.',
  wrong_environment: 'Your environment cannot be used here.',
  resource_not_allowed: 'You do not reach this resource.',
}

/** The hints that go with absence; all others go with `malformed_key`. */
export const absenceHints: readonly HttpHint[] = [
  'missing_scheme',
  'unsupported_scheme',
  'header_not_accepted',
  'credential_in_url',
]
