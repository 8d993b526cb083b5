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
  if (target.apiKey === apiKey) return
  try {
    target.apiKey = apiKey
  } catch {
    // An accessor without a setter.
  }
  if (target.apiKey === apiKey) return
  Object.defineProperty(target, 'apiKey', { value: apiKey, configurable: true, enumerable: true, writable: true })
}
