import type { ExpectedRefusal } from './expect.ts'

/*
 * The wire contract, in literals: what clients in the field have come to rely on. Not computed from the code under
 * test, so that a change there shows here.
 */

const challenge = 'Bearer realm="api"'
const invalidToken = 'Bearer realm="api", error="invalid_token"'
const insufficientScope = 'Bearer realm="api", error="insufficient_scope"'

/** The refusals whose bytes never vary: by code, and `insufficient_permissions` for one that names them. */
export type RefusalName =
  | 'missing_credentials'
  | 'multiple_credentials'
  | 'invalid_key'
  | 'key_revoked'
  | 'key_expired'
  | 'key_disabled'
  | 'key_rotated'
  | 'wrong_workspace'
  | 'wrong_environment'
  | 'owner_gone'
  | 'address_not_allowed'
  | 'insufficient_permission'
  | 'insufficient_permissions'
  | 'owner_lacks_permission'
  | 'resource_not_allowed'
  | 'others_resource'
  | 'temporarily_unavailable'
  | 'verifier_busy'
  | 'guard_without_auth'
  | 'guard_failed'
  | 'guard_missing'
  | 'rate_limited'
  /** What guards say to those who came without a key. */
  | 'others_permission'
  | 'others_permissions'
  | 'others_environment'

/** Their bytes. */
export const refusals: Readonly<Record<RefusalName, ExpectedRefusal>> = {
  others_permission: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:insufficient_permission","title":"Permission missing","status":403,"detail":"You may not do this.","code":"insufficient_permission"}',
  },
  others_permissions: {
    status: 403,
    challenge: `${insufficientScope}, scope="docs:write docs:list"`,
    body: '{"type":"urn:claviger:problem:insufficient_permission","title":"Permission missing","status":403,"detail":"You may not do this.","code":"insufficient_permission","requiredPermissions":["docs:write","docs:list"]}',
  },
  others_environment: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:wrong_environment","title":"Other environment","status":403,"detail":"Your environment cannot be used here.","code":"wrong_environment"}',
  },
  missing_credentials: {
    status: 401,
    challenge,
    body: '{"type":"urn:claviger:problem:missing_credentials","title":"API key missing","status":401,"detail":"Send an API key: \\"Authorization: Bearer <key>\\".","code":"missing_credentials"}',
  },
  multiple_credentials: {
    status: 400,
    challenge: 'Bearer realm="api", error="invalid_request"',
    body: '{"type":"urn:claviger:problem:multiple_credentials","title":"More than one credential","status":400,"detail":"Send exactly one API key, in one header.","code":"multiple_credentials"}',
  },
  invalid_key: {
    status: 401,
    challenge: invalidToken,
    body: '{"type":"urn:claviger:problem:invalid_key","title":"API key not valid","status":401,"detail":"This API key is not valid.","code":"invalid_key"}',
  },
  key_revoked: {
    status: 401,
    challenge: invalidToken,
    body: '{"type":"urn:claviger:problem:key_revoked","title":"API key revoked","status":401,"detail":"This API key was revoked. Use another one.","code":"key_revoked"}',
  },
  key_expired: {
    status: 401,
    challenge: invalidToken,
    body: '{"type":"urn:claviger:problem:key_expired","title":"API key expired","status":401,"detail":"This API key has expired. Use another one.","code":"key_expired"}',
  },
  key_disabled: {
    status: 401,
    challenge: invalidToken,
    body: '{"type":"urn:claviger:problem:key_disabled","title":"API key disabled","status":401,"detail":"This API key is disabled. It may be enabled again.","code":"key_disabled"}',
  },
  key_rotated: {
    status: 401,
    challenge: invalidToken,
    body: '{"type":"urn:claviger:problem:key_rotated","title":"API key replaced","status":401,"detail":"This API key was replaced by a newer one. Use that.","code":"key_rotated"}',
  },
  wrong_workspace: {
    status: 401,
    challenge: invalidToken,
    body: '{"type":"urn:claviger:problem:wrong_workspace","title":"Other workspace","status":401,"detail":"This API key belongs to another workspace.","code":"wrong_workspace"}',
  },
  wrong_environment: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:wrong_environment","title":"Other environment","status":403,"detail":"Keys of this environment cannot be used here.","code":"wrong_environment"}',
  },
  owner_gone: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:owner_gone","title":"Owner gone","status":403,"detail":"The owner of this API key is no longer a member.","code":"owner_gone"}',
  },
  address_not_allowed: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:address_not_allowed","title":"Address not allowed","status":403,"detail":"This API key cannot be used from the address that the request came from.","code":"address_not_allowed"}',
  },
  /** By `check`, which names no permission. */
  insufficient_permission: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:insufficient_permission","title":"Permission missing","status":403,"detail":"This API key may not do this.","code":"insufficient_permission"}',
  },
  /** By `require('docs:write', 'docs:list')`. */
  insufficient_permissions: {
    status: 403,
    challenge: 'Bearer realm="api", error="insufficient_scope", scope="docs:write docs:list"',
    body: '{"type":"urn:claviger:problem:insufficient_permission","title":"Permission missing","status":403,"detail":"This API key may not do this.","code":"insufficient_permission","requiredPermissions":["docs:write","docs:list"]}',
  },
  /** By `require('docs:read')`. */
  owner_lacks_permission: {
    status: 403,
    challenge: 'Bearer realm="api", error="insufficient_scope", scope="docs:read"',
    body: '{"type":"urn:claviger:problem:owner_lacks_permission","title":"Permission missing","status":403,"detail":"The owner of this API key may not do this any more.","code":"owner_lacks_permission","requiredPermissions":["docs:read"]}',
  },
  /** For those whom another authenticator let pass. */
  others_resource: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:resource_not_allowed","title":"Resource not allowed","status":403,"detail":"You do not reach this resource.","code":"resource_not_allowed"}',
  },
  resource_not_allowed: {
    status: 403,
    challenge: insufficientScope,
    body: '{"type":"urn:claviger:problem:resource_not_allowed","title":"Resource not allowed","status":403,"detail":"This API key does not reach this resource.","code":"resource_not_allowed"}',
  },
  temporarily_unavailable: {
    status: 503,
    more: { 'retry-after': '1' },
    body: '{"type":"urn:claviger:problem:temporarily_unavailable","title":"Temporarily unavailable","status":503,"detail":"The API key could not be checked just now. It may be perfectly good: try again.","code":"temporarily_unavailable"}',
  },
  verifier_busy: {
    status: 503,
    more: { 'retry-after': '1' },
    body: '{"type":"urn:claviger:problem:verifier_busy","title":"Temporarily unavailable","status":503,"detail":"Too many API keys are being checked just now. Try again.","code":"verifier_busy"}',
  },
  rate_limited: {
    status: 429,
    body: '{"type":"urn:claviger:problem:rate_limited","title":"Too many requests","status":429,"detail":"The limit for this is used up. Wait as long as \\"Retry-After\\" says, then go on more slowly.","code":"rate_limited"}',
  },
  guard_without_auth: {
    status: 500,
    body: '{"type":"urn:claviger:problem:guard_without_auth","title":"Server error","status":500,"detail":"This route is not set up correctly. The fault is not in the request.","code":"guard_without_auth"}',
  },
  guard_failed: {
    status: 500,
    body: '{"type":"urn:claviger:problem:guard_failed","title":"Server error","status":500,"detail":"The server could not decide whether this is allowed. The fault is not in the request.","code":"guard_failed"}',
  },
  guard_missing: {
    status: 500,
    body: '{"type":"urn:claviger:problem:guard_missing","title":"Server error","status":500,"detail":"This route does not say who may use it. The fault is not in the request.","code":"guard_missing"}',
  },
}

const absenceDetails = {
  missing_scheme: 'Put \\"Bearer \\" before the API key: \\"Authorization: Bearer <key>\\".',
  unsupported_scheme: 'This authentication scheme is not supported. Send \\"Authorization: Bearer <key>\\".',
  header_not_accepted: 'X-API-Key is not accepted here. Send \\"Authorization: Bearer <key>\\".',
  credential_in_url: 'API keys in URLs are not accepted, and this one may be in logs now: replace it.',
} as const

const malformedDetails = {
  empty: 'There is no key after \\"Bearer\\".',
  too_long: 'The API key is too long: something else was sent, or more than the key.',
  scheme_twice: 'A scheme such as \\"Bearer\\" stands before the key twice, or where only the key belongs.',
  surrounding_quotes: 'The API key has quotes or brackets around it. Send it without them.',
  whitespace: 'There are spaces, tabs or line ends in or around the API key. Write \\"Bearer\\", one space, the key.',
  placeholder: 'A placeholder was sent in place of an API key: a variable was not filled in.',
  illegal_character: 'The API key contains characters that no key has.',
  foreign_prefix: 'This is not a key of this API: its prefix is another.',
  unknown_environment: 'This is not a key of this API: its environment is unknown here.',
  truncated: 'The API key is not complete: the end is missing.',
  checksum: 'The API key was cut or altered: its checksum is wrong.',
} as const

/** `missing_credentials`, with what was sent instead. */
export function missing(hint: keyof typeof absenceDetails): ExpectedRefusal {
  return {
    status: 401,
    challenge,
    body: `{"type":"urn:claviger:problem:missing_credentials","title":"API key missing","status":401,"detail":"${absenceDetails[hint]}","code":"missing_credentials","hint":"${hint}"}`,
  }
}

/** `malformed_key`, with what is wrong with it. */
export function malformed(hint: keyof typeof malformedDetails): ExpectedRefusal {
  return {
    status: 401,
    challenge: invalidToken,
    body: `{"type":"urn:claviger:problem:malformed_key","title":"Not an API key","status":401,"detail":"${malformedDetails[hint]}","code":"malformed_key","hint":"${hint}"}`,
  }
}

/** A refusal that says how to send a key, where this header takes one as well. */
export function orIn(header: string, refusal: ExpectedRefusal): ExpectedRefusal {
  return { ...refusal, body: refusal.body.replace('Bearer <key>\\".', `Bearer <key>\\", or \\"${header}: <key>\\".`) }
}
