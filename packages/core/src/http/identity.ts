import { ConfigurationError } from '../errors/errors.ts'
import type { ApiKey } from '../verification/verification.ts'

/** Where handlers look for the key: Express's request, the state of Koa's context. */
export interface Identified {
  apiKey?: ApiKey | undefined
}

/**
 * Puts the verified key where handlers look for it, or nothing. A value that other code put there, such as an older
 * middleware that read it off the request, is no key of ours and does not stay.
 *
 * @throws {TypeError} when other code made that impossible
 */
export function identify(target: Identified, apiKey: ApiKey | undefined): void {
  // Not written where there is nothing: handlers would see a field of it.
  if (apiKey === undefined && target.apiKey === undefined) return
  try {
    target.apiKey = apiKey
  } catch {
    // An accessor without a setter.
  }
  if (target.apiKey === apiKey) return
  Object.defineProperty(target, 'apiKey', { value: apiKey, configurable: true, enumerable: true, writable: true })
}

/**
 * The key that `identify` put there, typed as present. What stands there without an authenticator, such as a text that
 * something read off the request, is none: keys are frozen, and nothing that a client sends is.
 *
 * @throws {ConfigurationError} when there is none: the route is not behind `authenticate()`, or a key is optional there
 */
export function apiKeyIn({ apiKey }: Identified): ApiKey {
  if (typeof apiKey === 'object' && apiKey !== null && Object.isFrozen(apiKey)) return apiKey
  throw new ConfigurationError(
    'apiKeyOf',
    'This request has no API key: no auth.authenticate() ran before, or it was optional. Mount auth.authenticate() and a ' +
      'guard before this handler.',
  )
}
