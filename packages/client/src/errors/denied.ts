import type { HiddenApiKey } from '../key/hidden-key.ts'
import {
  type DenialFacts,
  type DeniedError,
  InvalidKeyError,
  PermissionDeniedError,
  RateLimitedError,
  UnavailableError,
} from './errors.ts'

/** The statuses that become an error. Every other answer is the application's own, and is returned. */
export type DeniedStatus = 401 | 403 | 429 | 503

const classes = {
  401: InvalidKeyError,
  403: PermissionDeniedError,
  429: RateLimitedError,
  503: UnavailableError,
} as const

/** Whether an answer with this status becomes an error. */
export function isDenied(status: number): status is DeniedStatus {
  return status in classes
}

/** The error for an answer that was denied: what was asked, what came, what to do. */
export function deniedError(status: DeniedStatus, facts: DenialFacts, key: HiddenApiKey): DeniedError {
  return new classes[status](messageOf(status, facts, key), facts)
}

const advice: Readonly<Record<string, string>> = {
  missing_credentials: 'A proxy on the way may have removed the header.',
  malformed_key: 'Compare it with the key that you were shown when you created it.',
  invalid_key: 'It may have been deleted, or belong to another API or deployment.',
  key_revoked: 'Create a new key.',
  key_expired: 'Create a new key, or rotate this one.',
  key_disabled: 'Ask the owner of the key to enable it again.',
  key_rotated: 'Use the newest secret of this key, and restart what still has the old one.',
  wrong_workspace: 'Use a key of the workspace in the address.',
  wrong_environment: 'Use a key of the environment that this address belongs to.',
  resource_not_allowed: 'Use a key that reaches this resource, or have it added to this one.',
  address_not_allowed: 'The key works from some addresses only; have the one you call from added to it.',
  owner_lacks_permission: 'The owner of the key has lost this permission; a key never has more than its owner.',
  owner_gone: 'The owner of the key has left; create a key with another owner.',
}

function messageOf(
  status: DeniedStatus,
  { request, problem, attempts, retryAfterMs }: DenialFacts,
  key: HiddenApiKey,
): string {
  const { code, detail, title, requiredPermissions = [] } = problem ?? {}
  const wanted = requiredPermissions.length === 0 ? '' : ` It takes ${requiredPermissions.join(', ')}.`
  const wait = retryAfterMs === undefined ? '' : ` The API asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`
  const sent = attempts === 1 ? '' : ` It was sent ${attempts} times.`
  const next = code === undefined || !Object.hasOwn(advice, code) ? '' : ` ${advice[code]}`
  const from = key.variable === undefined ? '' : ` from ${key.variable}`
  const said = detail ?? title ?? 'The answer did not say why.'
  return `${request}: ${status}${code === undefined ? '' : ` ${code}`}. ${said}${wanted}${next}${wait}${sent} (key ${key.masked}${from})`
}
