/** Every `code` a problem document of the management API and the console can carry. Stable. */
export type ProblemCode =
  | 'malformed_request'
  | 'credential_in_url'
  | 'unauthenticated'
  | 'forbidden'
  | 'permission_ceiling'
  | 'cross_origin_request'
  | 'read_only'
  | 'step_up_required'
  | 'not_found'
  | 'method_not_allowed'
  | 'already_revoked'
  | 'already_expired'
  | 'key_not_rotatable'
  | 'rotation_in_progress'
  | 'conflict'
  | 'version_conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'validation_failed'
  | 'idempotency_key_reused'
  | 'expiry_out_of_policy'
  | 'rate_limited'
  | 'internal_error'
  | 'not_supported'
  | 'store_unavailable'
  | 'busy'
  | 'revocation_not_durable'

/** What a code becomes on the wire, unless the case at hand says more. */
export interface ProblemEntry {
  readonly status: number
  readonly title: string
  readonly detail: string
  /** What to do about it; null where the caller can do nothing. */
  readonly fix: string | null
}

/** The wire contract of problems: nothing of the request is ever repeated. */
export const problemTable: Readonly<Record<ProblemCode, ProblemEntry>> = Object.freeze({
  malformed_request: {
    status: 400,
    title: 'Request cannot be read',
    detail: 'A part of the request is not written as it must be.',
    fix: 'Correct what errors names.',
  },
  credential_in_url: {
    status: 400,
    title: 'API key in the URL',
    detail: 'API keys in URLs are not accepted, and this one may be in logs now.',
    fix: 'Replace that key, and send keys in bodies or headers only.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not signed in',
    detail: 'You are not signed in, or your sign-in has ended.',
    fix: 'Sign in, then repeat the request.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: 'You may not do this.',
    fix: 'Ask someone who administers this workspace.',
  },
  permission_ceiling: {
    status: 403,
    title: 'Permission not yours to give',
    detail: 'You cannot grant permissions that you do not hold.',
    fix: 'Leave out the permissions that errors names, or ask someone who holds them.',
  },
  cross_origin_request: {
    status: 403,
    title: 'Request from another site',
    detail: 'The request does not come from this site.',
    fix: null,
  },
  read_only: {
    status: 403,
    title: 'Read only',
    detail: 'Nothing can be changed here at the moment.',
    fix: null,
  },
  step_up_required: {
    status: 403,
    title: 'Sign in again',
    detail: 'This needs a sign-in that is more recent, or stronger.',
    fix: 'Confirm who you are, then repeat the request.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such thing in this workspace, or it is not visible to you.',
    fix: 'Check the id, and which workspace you are signed in to.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This path does not take this method.',
    fix: 'Use one of the methods in the header Allow.',
  },
  already_revoked: {
    status: 409,
    title: 'Key is revoked',
    detail: 'A revoked key stays revoked, and is not changed any more.',
    fix: 'Create another key.',
  },
  already_expired: {
    status: 409,
    title: 'Key has expired',
    detail: 'An expired key is not changed any more.',
    fix: 'Create another key.',
  },
  key_not_rotatable: {
    status: 409,
    title: 'Key cannot be rotated',
    detail: 'Only a key that has not ended, of an environment that is in use, gets a new secret.',
    fix: 'Create another key.',
  },
  rotation_in_progress: {
    status: 409,
    title: 'Rotation in progress',
    detail: 'The previous secret of this key still works: one overlap at a time.',
    fix: 'End the overlap first, or rotate with "overlapSeconds": 0, which ends both older secrets now.',
  },
  conflict: {
    status: 409,
    title: 'Changed at the same time',
    detail: 'Others changed the same thing at the same time, and were first.',
    fix: 'Read it again, then repeat the request.',
  },
  version_conflict: {
    status: 412,
    title: 'Changed meanwhile',
    detail: 'Its revision is another than the one in If-Match. Nothing was changed.',
    fix: 'Read it again, then repeat the change with the new ETag.',
  },
  payload_too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'The body is larger than is accepted here.',
    fix: 'Send less.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Not JSON',
    detail: 'Bodies are JSON here.',
    fix: 'Send "Content-Type: application/json".',
  },
  validation_failed: {
    status: 422,
    title: 'Not valid',
    detail: 'Something in the request is not as it must be. Nothing was changed.',
    fix: 'Correct what errors names.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key used before',
    detail: 'This idempotency key came before, with another request.',
    fix: 'Use a new idempotency key for each new request.',
  },
  expiry_out_of_policy: {
    status: 422,
    title: 'Expiry not allowed',
    detail: 'Keys must end sooner here.',
    fix: 'Choose an earlier end: GET /whoami tells the longest lifetime.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many calls',
    detail: 'Too many calls in a short time.',
    fix: 'Wait as long as the header Retry-After says, then repeat the request.',
  },
  internal_error: {
    status: 500,
    title: 'Server error',
    detail: 'The server could not answer this. The fault is not in the request.',
    fix: null,
  },
  not_supported: {
    status: 501,
    title: 'Not supported',
    detail: 'The store in use here cannot do this.',
    fix: null,
  },
  store_unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    detail: 'The key store did not answer in time: whether anything was changed is not known.',
    fix: 'Try again, with the same Idempotency-Key where there was one.',
  },
  busy: {
    status: 503,
    title: 'Temporarily unavailable',
    detail: 'Too much is going on just now. Nothing was changed.',
    fix: 'Try again.',
  },
  revocation_not_durable: {
    status: 503,
    title: 'Not stored yet',
    detail: 'It holds in the process that answered, and is being retried, but the store has not confirmed it.',
    fix: 'Repeat the request until it succeeds.',
  },
})
